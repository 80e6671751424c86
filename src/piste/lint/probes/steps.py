"""Probes PR4, PR11, PR12 and PR15: training steps of the pipeline's own update, a few of them, watched closely."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from piste.lint.bench import Bench
from piste.lint.needs import has
from piste.lint.network import network
from piste.lint.rule import NotRun
from piste.lint.training import batches, gradients, training
from piste.lint.tree import differing, floating, narrow, unmoved

STEPS = 20


@dataclass(frozen=True)
class Moved:
    """After `STEPS` steps: leaves whose bits are those of the start, leaves that are not finite, and all leaves."""

    still: tuple[str, ...]
    broken: tuple[str, ...]
    every: tuple[str, ...]
    rounded: tuple[str, ...]  # leaves of 16 bits, in which a small step may vanish


def moved(bench: Bench) -> Moved:
    """Probe: which parameters move."""
    one = bench.probe(training)
    state = one.start(bench.pipeline.seed)
    # Copied, because a person's step may give its arguments' memory away.
    before = {path: np.array(leaf) for path, leaf in floating(one.parameters(state)).items()}
    for inputs, targets in bench.probe(batches, STEPS):
        bench.hurry()
        state = one.step(state, inputs, targets)
    after = floating(one.parameters(state))
    broken = tuple(path for path, leaf in after.items() if not np.all(np.isfinite(leaf)))
    return Moved(unmoved(before, after), broken, tuple(before), narrow(one.parameters(state)))


@dataclass(frozen=True)
class Descent:
    """The cosine between the first update and the gradient on each of three batches: below 0 where it descends."""

    cosines: tuple[float, ...]


def descent(bench: Bench) -> Descent:
    """Probe: the pipeline's own first update beside the gradient of its loss."""
    if not has(bench.pipeline, "network") or bench.pipeline.loss is None:
        raise NotRun("To run it, give the network and its loss beside the step.")
    one, slope, net = bench.probe(training), bench.probe(gradients), bench.probe(network)
    cosines = []
    for inputs, targets in bench.probe(batches, 3):
        state = one.start(bench.pipeline.seed)
        parameters = one.parameters(state)
        begin = {path: np.array(leaf, np.float64) for path, leaf in floating(parameters).items()}
        gradient = floating(slope(parameters, net.state, inputs, targets)[1])
        end = floating(one.parameters(one.step(state, inputs, targets)))
        if set(gradient) != set(end):
            raise NotRun("The parameters of step and network are laid out differently.")
        updates = {path: end[path] - begin[path] for path in begin}
        cosines.append(_cosine(updates, gradient))
    return Descent(tuple(cosines))


def _cosine(first: dict[str, Any], second: dict[str, Any]) -> float:
    dot = sum(float(np.sum(first[path] * second[path], dtype=np.float64)) for path in first)
    sizes = [
        sum(float(np.sum(np.square(leaf, dtype=np.float64))) for leaf in tree.values()) for tree in (first, second)
    ]
    return dot / max(float(np.sqrt(sizes[0] * sizes[1])), 1e-300)


@dataclass(frozen=True)
class Twins:
    """Paths at which two trainings that ought to be equal differ in any bit, and the largest difference."""

    differing: tuple[str, ...]
    largest: float


def same_seed(bench: Bench) -> Twins:
    """Probe: two trainings from the same seed on the same batches."""
    return _compared(*(_trained(bench, bench.pipeline.seed, STEPS // 2) for _ in range(2)))


def other_seed(bench: Bench) -> Twins:
    """Probe: the parameters that two seeds start from."""
    one = bench.probe(training)
    return _compared(*(floating(one.parameters(one.start(bench.pipeline.seed + more))) for more in (0, 1)))


def resumed(bench: Bench) -> Twins:
    """Probe: 20 steps straight, and 10, saved, restored, and 10 more."""
    one, pipeline = bench.probe(training), bench.pipeline
    straight = _trained(bench, pipeline.seed, STEPS)
    state = one.start(pipeline.seed)
    for number, (inputs, targets) in enumerate(bench.probe(batches, STEPS)):
        bench.hurry()
        if number == STEPS // 2 and pipeline.save is not None and pipeline.restore is not None:
            state = pipeline.restore(pipeline.save(state))
        state = one.step(state, inputs, targets)
    return _compared(straight, floating(one.parameters(state)))


def _trained(bench: Bench, seed: int, steps: int) -> Any:
    one = bench.probe(training)
    state = one.start(seed)
    for inputs, targets in bench.probe(batches, steps):
        bench.hurry()
        state = one.step(state, inputs, targets)
    return {path: np.array(leaf) for path, leaf in floating(one.parameters(state)).items()}


def _compared(first: Any, second: Any) -> Twins:
    paths = differing(first, second)
    gaps = [float(np.max(np.abs(first[path] - second[path]), initial=0.0)) for path in paths if path in second]
    return Twins(paths, max(gaps, default=0.0))
