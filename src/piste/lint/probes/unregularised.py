"""A twin without any regularisation: the same network and loss in evaluation mode, trained by plain Adam."""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import optax
from numpy.typing import NDArray

from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.pipeline import Pipeline
from piste.lint.probes.blind import best_factor
from piste.lint.probes.comparing import Gap, above
from piste.lint.probes.forks import STEPS, Course, Run, forked, measured, paired_batches, run
from piste.lint.rule import NotRun
from piste.lint.training import gradients
from piste.lint.tree import floating

RATES = (1e-3, 1e-2)
FASTER = 10.0  # times the rate, at which decay and penalty show in a few steps what they do in a whole training
_NOISE = 0.3  # of the loss at the start, that dropping units costs the twin
_LATE = slice(STEPS // 2, None)

Losses = NDArray[np.float64]


@dataclass(frozen=True)
class Held:
    """Mean losses of the second half: of a training that may be held back, and of the plain twin; and of the start.

    `weights` and `plain_weights` are the norms of the matrices at the end, as shares of those at the start.
    """

    start: float
    own: float
    plain: float
    gap: Gap
    weights: float
    plain_weights: float


def by_decay(bench: Bench) -> Held:
    """Probe: the pipeline's training at 10 times its rate beside the plain twin, on the same batches."""
    return _held(bench, bench.probe(run, Course(FASTER)))


def by_dropout(bench: Bench) -> Held | None:
    """Probe: Adam in training mode beside the plain twin, which differs in nothing else; None where nothing drops."""
    pipeline = bench.pipeline
    dropped, whole = _modes(bench, bench.probe(plain)[1])
    if dropped - whole < _NOISE * abs(_modes(bench, bench.probe(run, Course(0.0)).parameters)[1]):
        return None
    pieces = ("train", "task", "classes", "model", "apply", "train_apply", "init", "parameters", "state", "loss")
    given = {name: getattr(pipeline, name) for name in (*pieces, "batch_size", "declared", "seed")}
    twin = Bench(Pipeline(optimiser=optax.adam(RATES[0]), **given), bench.deadline)
    runs = [twin.probe(run, Course(rate / RATES[0])) for rate in RATES]
    return _held(bench, min(runs, key=lambda one: float(np.mean(np.nan_to_num(one.losses[_LATE], nan=np.inf)))))


def _held(bench: Bench, own: Run) -> Held:
    series, parameters = bench.probe(plain)
    begun = bench.probe(run, Course(0.0)).parameters
    gap = above(np.nan_to_num(own.losses[_LATE], nan=np.inf), series[_LATE])
    size = _size(begun)
    return Held(
        _modes(bench, begun)[1], float(np.mean(own.losses[_LATE])), float(series[_LATE].mean()), gap,
        _size(own.parameters) / size, _size(parameters) / size,
    )  # fmt: skip


def weights_left(bench: Bench, factor: float) -> float:
    """Probe: the norm of the matrices after a training at `factor` times the rate, as a share of that at the start."""
    begun, own = (bench.probe(run, Course(one)) for one in (0.0, factor))
    return _size(own.parameters) / _size(begun.parameters)


def fallen(bench: Bench) -> float:
    """Probe: the share of the start's loss that the pipeline's own training takes away, at its best rate."""
    own, begun = (bench.probe(run, Course(one)) for one in (bench.probe(best_factor), 0.0))
    start = _modes(bench, begun.parameters)[1]
    return float((start - np.mean(own.losses[_LATE])) / max(abs(start), 1e-12))


def plain(bench: Bench) -> tuple[Losses, Any]:
    """Probe: the losses of the twin before each step, in evaluation mode, and its parameters at the end."""
    slope, net = bench.probe(gradients), bench.probe(network)
    found: list[tuple[Losses, Any]] = []
    for rate in RATES:
        parameters = bench.probe(forked).parameters(bench.probe(forked).start())
        update, memory = jax.jit(_updated(rate)), optax.adam(rate).init(parameters)
        losses = []
        for inputs, targets in bench.probe(paired_batches, STEPS, False):
            bench.hurry()
            loss, gradient = slope(parameters, net.state, inputs, targets)
            losses.append(float(loss))
            parameters, memory = update(parameters, memory, gradient)
        found.append((np.array(losses), parameters))
    if not all(np.all(np.isfinite(losses)) for losses, _ in found):
        raise NotRun("The loss of a plain training is not finite.")
    return min(found, key=lambda one: float(one[0][_LATE].mean()))


def _updated(rate: float) -> Any:
    optimiser = optax.adam(rate)

    def update(parameters: Any, memory: Any, gradient: Any) -> Any:
        changes, memory = optimiser.update(gradient, memory, parameters)
        return optax.apply_updates(parameters, changes), memory

    return update


def _modes(bench: Bench, parameters: Any) -> tuple[float, float]:
    """Return the mean loss of the last four batches in training mode and in evaluation mode."""
    measure, slope, net = bench.probe(measured), bench.probe(gradients), bench.probe(network)
    both = [
        (measure(parameters, *batch, number)[0], slope(parameters, net.state, *batch)[0])
        for number, batch in enumerate(bench.probe(paired_batches, STEPS, False)[-4:])
    ]
    dropped, whole = np.mean([[float(one) for one in pair] for pair in both], axis=0)
    return float(dropped), float(whole)


def _size(parameters: Any) -> float:
    matrices = [leaf for leaf in floating(parameters).values() if leaf.ndim > 1] or [np.ones(1)]
    return max(float(np.sqrt(sum(np.sum(np.square(one, dtype=np.float64)) for one in matrices))), 1e-12)
