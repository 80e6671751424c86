"""Probes PR9 and PR10: a twin that is trained with the targets of other examples, judged on the validation split."""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.network import compiled
from piste.lint.probes.comparing import Gap, above
from piste.lint.probes.forks import STEPS, Course, broken_pairs, measured, paired_batches, run
from piste.lint.probes.rates import late, losses
from piste.lint.rule import NotRun

_BATCHES = 8
_DEALS = 4
FEWEST = 40
_FACTORS = (1.0, 10.0, 0.1)
_CHANGED = 20  # examples that must get another target, or a twin's targets are the true ones

Losses = NDArray[np.float64]


@dataclass(frozen=True)
class Blind:
    """By how much the losses with other examples' targets lie above those with the true ones, on `split`.

    Of the training as it is, of the twin that never saw a true target, and of the first parameters. `loss` is the
    training's with the true targets.
    """

    split: str
    steps: int
    factor: float
    loss: float
    real: Gap
    twin: Gap
    fresh: Gap


def blind(bench: Bench, steps: int = STEPS) -> Blind:
    """Probe: the same training with true and with dealt targets, at whichever rate learns most."""
    name = _judged(bench)
    if (changed := _changed(bench, name)) < _CHANGED:
        raise NotRun(f"Nearly all examples of {name} have one target: others' targets change {changed} of them.")
    factor = bench.probe(best_factor)
    known = bench.probe(run, Course(factor, steps=steps)), bench.probe(run, Course(factor, broken=True, steps=steps))
    courses = (*known, bench.probe(run, Course(0.0)))
    series = [_losses(bench, name, one.parameters) for one in courses]
    gaps = [above(others, true, 1) for true, others in series]
    return Blind(name, steps, factor, float(series[0][0].mean()), *gaps)


def best_factor(bench: Bench) -> float:
    """Probe: the first of the rate, 10 times and a tenth of it that halves the loss, else the best of them."""
    start = float(late(losses(bench, 0.0)).mean())
    levels = {}
    for factor in _FACTORS:
        try:
            series = late(losses(bench, factor))
        except NotRun:  # a state whose parameters cannot be replaced is judged at its own rate
            continue
        if np.all(np.isfinite(series)) and series.mean() < 0.5 * start:
            return factor
        levels[factor] = float(np.mean(np.nan_to_num(series, nan=np.inf)))
    return min(levels, key=lambda factor: levels[factor], default=1.0)


def _judged(bench: Bench) -> str:
    for name in ("validation", "test"):
        split = bench.pipeline.splits.get(name)
        if split is not None and split.targets is not None and len(split) >= FEWEST:
            return name
    raise NotRun(f"To run it, give a validation split of at least {FEWEST} examples: validation=(inputs, targets).")


def _changed(bench: Bench, name: str) -> int:
    """Return how many examples of a split get another target than their own, at least."""
    targets = as_numpy(bench.pipeline.splits[name].targets)
    flat = targets.reshape(len(targets), -1)
    deals = [bench.probe(broken_pairs, name, deal) for deal in range(_DEALS)]
    return min(int(np.any(flat[deal] != flat, axis=1).sum()) for deal in deals)


def _losses(bench: Bench, name: str, parameters: Any) -> tuple[Losses, Losses]:
    """Return the loss of each example of a split (n,), and its mean loss with others' targets, in train's batches."""
    split, measure, each = bench.pipeline.splits[name], bench.probe(measured), bench.probe(each_loss)
    size = len(bench.probe(paired_batches, STEPS, False)[0][0])
    count = min(len(split), size * max(_BATCHES, -(-FEWEST // size)))
    inputs, targets = as_numpy(split.inputs), as_numpy(split.targets)
    dealt = [bench.probe(broken_pairs, name, deal) for deal in range(_DEALS)]
    true, others = [], []
    for number in range(-(-count // size)):
        bench.hurry()
        rows = (np.arange(size) + number * size) % len(split)
        outputs = measure(parameters, inputs[rows], targets[rows], number)[1]
        true.append(as_numpy(each(outputs, targets[rows])))
        others.append(np.mean([as_numpy(each(outputs, targets[one[rows]])) for one in dealt], axis=0))
    return np.concatenate(true)[:count].astype(np.float64), np.concatenate(others)[:count].astype(np.float64)


def each_loss(bench: Bench) -> Any:
    """Probe: `(outputs, targets)` to the loss of each example (B,)."""
    loss: Any = bench.pipeline.loss

    def alone(output: Any, target: Any) -> Any:
        return jnp.mean(jnp.asarray(loss(output[None], target[None])))

    return compiled(jax.vmap(alone))
