"""Minimise any function of any tree of parameters: write the forward pass, the gradients follow."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import ArrayLike, NDArray

from piste.core.errors import SettingError
from piste.core.settings import Range, check
from piste.train.batches import Batches
from piste.train.compiler import configure_jax
from piste.train.descent import NOT_FINITE, TOLERANCE, Descent, Function, Leg, Walk, program
from piste.train.layout import Parts
from piste.train.objectives import as_arrays, check_batches, check_output, descent_of, rates_of
from piste.train.optimisers import Optimiser

_SECONDS_PER_CALL = 0.25  # so that the host hears from the device a few times a second


@dataclass(frozen=True)
class Minimum:
    """Where the steps ended.

    Attributes
    ----------
    parameters
        The tree that was given as start, with NumPy arrays as leaves.
    value
        The function there, on all data.
    values
        The function before each step, on that step's batch, and `value` as the last: (steps + 1,).
    gradient_norm
        2-norm of the gradient there, on all data.
    steps
        Steps made.
    stopped
        Why: "steps" (all were made), "tolerance" (the gradient is small enough), or "diverged" (the function or
        its gradient was no longer finite; the parameters are the last where both were).
    """

    parameters: Any
    value: float
    values: NDArray[np.floating]
    gradient_norm: float
    steps: int
    stopped: str


@dataclass(frozen=True)
class Point:
    """What `watch` hears several times a second: the place last looked at, with value and gradient on its batch."""

    steps: int
    value: float
    gradient_norm: float


@dataclass(frozen=True)
class _Settings:
    steps: Annotated[int, Range(1, 1_000_000_000)]
    batch_size: Annotated[int, Range(1, 1_000_000_000)] | None
    seed: Annotated[int, Range(0, 2**63 - 1)]
    tolerance: Annotated[float, Range(0)]


def minimise(
    f: Function,
    start: Any,
    *data: Any,
    steps: int = 1000,
    optimiser: str | Optimiser | optax.GradientTransformation = "adam",
    learning_rate: float | ArrayLike | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    tolerance: float = 0.0,
    watch: Callable[[Point], None] = lambda point: None,
) -> Minimum:
    """Return where `steps` steps down the function `f` end.

    All steps are one compiled program. It is used again for other data of the same shapes, another start, another
    rate and another number of steps, as long as `f` is the same function object: define it once, outside loops, and
    hand over what varies as `data`.

    Parameters
    ----------
    f
        `f(parameters, *data)` gives one number; written with JAX, so that it can be differentiated.
    start
        The first parameters: numbers and arrays in any nesting of dicts, lists, tuples and registered classes. All
        are computed in the widest of their types: float64 where `jax_enable_x64` is set, else float32 or narrower.
    data
        Arrays, or nestings of arrays, that `f` takes after the parameters.
    steps
        Steps, at most.
    optimiser
        A name from `piste.train.optimisers.NAMES`; an `Optimiser`, which adds decay and clipping; "lbfgs", which
        needs all data in each step and chooses its rate by a line search; or an Optax transformation, used as it is.
    learning_rate
        One rate, or one for each step (steps,), such as `piste.train.schedules.rates` makes; 0.01 when left out. Not
        for "lbfgs" and Optax transformations, which hold their own.
    batch_size
        Rows drawn for each step; None takes all. Every array in `data` must then have the rows as its first axis;
        single numbers are given whole. Rows are drawn without replacement; those that do not fill a batch sit out.
    seed
        Of the order of the rows, the only random draw.
    tolerance
        Stop where the 2-norm of the gradient is no larger; 0 never stops early.
    watch
        Called with a `Point` a few times a second.

    Raises
    ------
    SettingError
        For an `f` that does not give one number, a start that is not made of floating-point numbers or where `f` is
        not finite, data whose rows do not fit together, and settings out of their range.

    Examples
    --------
    >>> bowl = lambda w, a, b, c: a * w**2 + b * w + c
    >>> float(minimise(bowl, 0.0, 1.0, -10.0, 25.0, steps=1, optimiser="sgd").parameters).__round__(6)
    0.1
    """
    check(_Settings(steps, batch_size, seed, tolerance))
    configure_jax()
    descent, weights = descent_of(f, start, optimiser)
    arrays = tuple(as_arrays(one, index) for index, one in enumerate(data))
    rates = rates_of(learning_rate, steps, descent.stepping)
    check_batches(batch_size, optimiser, tolerance)
    batches = Batches(arrays, batch_size, seed)
    check_output(descent, weights, batches.of_one_step(arrays))
    return _walked(descent, weights, arrays, rates, batches, tolerance, watch)


def _walked(
    descent: Descent,
    weights: Parts,
    data: Any,
    rates: NDArray[np.float64],
    batches: Batches,
    tolerance: float,
    watch: Callable[[Point], None],
) -> Minimum:
    run, walk = program(descent), descent.start(weights)
    # A call of no steps compiles and computes nothing.
    walk, _ = run(walk, data, _leg(rates, batches, 0, 0, tolerance, walk.value.dtype))
    values, done, amount = np.zeros(0, walk.value.dtype), 0, 8
    while done < len(rates) and not int(walk.stopped):
        called = time.perf_counter()
        amount = min(amount, batches.capacity, len(rates) - done)
        walk, fresh = run(walk, data, _leg(rates, batches, done, amount, tolerance, walk.value.dtype))
        values = np.append(values, np.asarray(fresh)[: int(walk.steps) - done])
        done = int(walk.steps)
        watch(Point(done, float(walk.value), float(walk.norm)))
        amount = max(int(amount * _SECONDS_PER_CALL / (time.perf_counter() - called)), 1)
    if int(walk.stopped) == NOT_FINITE:
        return _diverged(descent, walk, values, data)
    stopped = "tolerance" if int(walk.stopped) == TOLERANCE else "steps"
    return _minimum(descent, walk.weights, values, data, stopped)


def _leg(rates: NDArray[np.float64], batches: Batches, first: int, amount: int, tolerance: float, dtype: Any) -> Leg:
    padded = np.zeros(batches.capacity)
    padded[:amount] = rates[first : first + amount]
    return Leg(
        rates=jnp.asarray(padded, dtype),
        order=batches.order(first, amount),
        steps=jnp.asarray(amount, jnp.int32),
        moves=jnp.asarray(True),
        tolerance=jnp.asarray(tolerance or -1.0, dtype),
    )


def _diverged(descent: Descent, walk: Walk, values: NDArray[np.floating], data: Any) -> Minimum:
    if int(walk.steps) == 0:
        raise SettingError(
            f"At the start the function is {float(walk.value)} and its gradient has the norm {float(walk.norm)}; "
            "give a start where both are finite numbers."
        )
    return _minimum(descent, walk.before, values[:-1], data, "diverged")


def _minimum(descent: Descent, weights: Parts, values: NDArray[np.floating], data: Any, stopped: str) -> Minimum:
    # A fresh start: an optimiser that remembers a value remembers it for where it is, and looks again.
    walk = descent.start(weights)
    look = Leg(
        rates=jnp.zeros(Batches((), None, 0).capacity, walk.value.dtype),
        order=None,
        steps=jnp.asarray(1, jnp.int32),
        moves=jnp.asarray(False),
        tolerance=jnp.asarray(-1.0, walk.value.dtype),
    )
    walk, _ = program(descent)(walk, data, look)
    return Minimum(
        parameters=jax.tree.map(np.asarray, descent.layout.unpack(walk.weights)),
        value=float(walk.value),
        values=np.append(values, np.asarray(walk.value)),
        gradient_norm=float(walk.norm),
        steps=len(values),
        stopped=stopped,
    )
