"""The learning rate range test: a short training whose rate grows at every step shows which rates do anything at all.

Smith 2017, section 3.3. The test begins at given parameters and gives them back untouched. It is repeated with other
orders of the examples, so that a suggestion comes with the range that chance leaves.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.keys import generator
from piste.train.compiler import jitted
from piste.train.optimisers import LBFGS
from piste.train.plan import Carry, Plan, Split
from piste.train.precision import in_its_precision
from piste.train.sharding import placements
from piste.train.step import train_step
from piste.train.timeline import named_key

LOWEST, HIGHEST = 1e-6, 10.0
REPEATS = 3
_PER_DECADE = 30  # steps
_WIDTH = 5.0  # steps: standard deviation of the window in which losses are averaged
_CLEAR = 4.0  # standard deviations by which the loss must fall to be no accident

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RateFound:
    """What a range test found.

    Attributes
    ----------
    rate
        The suggested highest rate; None where no rate clearly lowers the loss.
    low, high
        Smallest and largest suggestion of the repeats.
    lowest
        The rate at which the loss of the growing rate is least; None as for `rate`.
    diverges
        The smallest rate past `lowest` at which the loss is back where it began, or no number; None where it never is.
    verdict
        The suggestion and its reason in words.
    rates, losses
        The test's steps: the rate of each, and its loss, averaged over neighbours and repeats; NaN once diverged.
    """

    rate: float | None
    low: float | None
    high: float | None
    lowest: float | None
    diverges: float | None
    verdict: str
    rates: tuple[float, ...]
    losses: tuple[float, ...]


@in_its_precision
def find_rate(
    plan: Plan, carry: Carry, train: Split, batch_size: int, seed: int, lowest: float = LOWEST, highest: float = HIGHEST
) -> RateFound:
    """Return what rates from `lowest` to `highest` do to the training that stands at `carry`, which stays as it is.

    `train` has the examples, in batches of `batch_size`. The draws come from `seed` under the name "rate". Raises
    `SettingError` for an optimiser without a rate, and a range that is none.
    """
    if plan.optimiser.name == LBFGS:
        raise SettingError("The optimiser lbfgs finds the length of its steps itself, so it has no rate to look for.")
    if not 0 < lowest < highest:
        raise SettingError(f"The rates must go from above 0 up. Got {lowest:g} to {highest:g}.")
    count = max(math.ceil(_PER_DECADE * math.log10(highest / lowest)), 8)
    rates = np.geomspace(lowest, highest, count)
    program = _compiled(plan)
    curves = []
    for repeat in range(REPEATS):
        rows = _batches(len(train.targets), batch_size, count, seed, repeat)
        key = named_key(seed, "rate", repeat)
        curves.append(np.asarray(program(carry, train, rows, rates, key), np.float64))
    return judged(rates, np.stack(curves))


def _batches(examples: int, size: int, count: int, seed: int, repeat: int) -> NDArray[np.int32]:
    size = min(size, examples)
    per_pass = examples // size
    passes = -(-count // per_pass)
    draw = generator(seed, "rate", repeat)
    orders = [draw.permutation(examples)[: per_pass * size].reshape(per_pass, size) for _ in range(passes)]
    return np.concatenate(orders)[:count].astype(np.int32)


@lru_cache(maxsize=16)
def _compiled(plan: Plan) -> Callable[..., jax.Array]:
    return jitted(partial(_run, plan), **placements(plan.devices))


def _run(plan: Plan, carry: Carry, train: Split, rows: jax.Array, rates: jax.Array, key: jax.Array) -> jax.Array:
    layout = plan.layout
    decayed = layout.of_rank_two()

    def one_step(carry: Carry, work: tuple[jax.Array, jax.Array, jax.Array]) -> tuple[Carry, jax.Array]:
        step, chosen, rate = work
        batch = jax.tree.map(lambda leaf: jnp.take(leaf, chosen, axis=0), train)
        alone = carry._replace(loss_sum=jnp.zeros_like(carry.loss_sum))
        carry = train_step(plan, layout, decayed, alone, batch, rate, jax.random.fold_in(key, step))
        return carry, carry.loss_sum

    _, losses = lax.scan(one_step, carry, (jnp.arange(len(rates)), rows, rates))
    return losses


def judged(rates: Floats, losses: Floats) -> RateFound:
    """Return the verdict on `losses` (repeats, S) at growing `rates` (S,): the place of the steepest fall."""
    smooth = np.stack([_smoothed(one) for one in losses])
    together = smooth.mean(axis=0)
    suggestions = [_steepest(rates, one) for one in smooth]
    found = _steepest(rates, together)
    if found is None:
        return RateFound(
            None, None, None, None, _diverging(rates, together),
            f"No rate from {rates[0]:g} to {rates[-1]:g} clearly lowers the loss within {len(rates)} steps. Look at "
            "the data and the network first, or test with larger batches.",
            tuple(rates.tolist()), tuple(together.tolist()),
        )  # fmt: skip
    place = int(np.nanargmin(together))
    bounds = [one for one in suggestions if one is not None] + [found]
    diverges = _diverging(rates, together)
    end = f"from {diverges:.2g} on it is no lower than at the start" if diverges else "it never comes back up"
    verdict = (
        f"Take a highest rate of {found:.2g} ({min(bounds):.2g} to {max(bounds):.2g} in {len(losses)} tests): there "
        f"the loss falls fastest while the rate grows. It is least at {rates[place]:.2g}, and {end}."
    )
    return RateFound(
        found,
        min(bounds),
        max(bounds),
        float(rates[place]),
        diverges,
        verdict,
        tuple(rates.tolist()),
        tuple(together.tolist()),
    )


def _smoothed(losses: Floats) -> Floats:
    """Return the averages over neighbouring steps, centred so that no rate is blamed for another; NaN once diverged."""
    bad = ~np.isfinite(losses)
    end = int(np.argmax(bad)) if bad.any() else len(losses)
    steps = np.arange(end)
    window = np.exp(-0.5 * ((steps[:, None] - steps) / _WIDTH) ** 2)
    # A few steps before the end of all the loss is so large that it would hide the neighbours' fall.
    capped = np.minimum(losses[:end], _start(losses) + 2 * abs(_start(losses)) + 1e-12)
    smooth = np.full(len(losses), np.nan)
    smooth[:end] = window @ capped / window.sum(axis=1)
    return smooth


def _start(losses: Floats) -> float:
    return float(np.mean(losses[: _PER_DECADE // 2]))


def _steepest(rates: Floats, smooth: Floats) -> float | None:
    place = int(np.nanargmin(smooth)) if np.isfinite(smooth).any() else 0
    early = smooth[: 2 * _PER_DECADE]  # where the rates are too small to do anything
    noise = float(np.nanstd(early)) if len(smooth) > 3 * _PER_DECADE else 0.0
    if place < 2 or _start(smooth) - smooth[place] <= max(_CLEAR * noise, 1e-3 * abs(_start(smooth))):
        return None
    slope = np.gradient(smooth[: place + 1])
    return float(rates[int(np.argmin(slope))])


def _diverging(rates: Floats, smooth: Floats) -> float | None:
    after = np.arange(len(smooth)) > (int(np.nanargmin(smooth)) if np.isfinite(smooth).any() else -1)
    gone = after & ~(smooth < _start(smooth))
    return float(rates[int(np.argmax(gone))]) if gone.any() else None
