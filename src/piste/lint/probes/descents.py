"""Probe PR8: can the network learn two examples by heart? And do its units become different from each other?"""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import optax
from numpy.typing import NDArray

from piste.core.records import Task
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.problem import problem
from piste.lint.rule import NotRun
from piste.lint.training import batches, objective
from piste.lint.tree import floating

RATES = (1e-3, 1e-2, 1e-1)
_STEPS = 100  # a call; at most `_CALLS` of them a rate
_CALLS = 5
ENOUGH = 0.05  # of the loss at the start

Arrays = NDArray[Any]


@dataclass(frozen=True)
class Overfit:
    """The loss of two examples at the start, and the lowest that Adam reached, at `rate`."""

    start: float
    lowest: float
    rate: float


def overfit(bench: Bench) -> Overfit:
    """Probe: two examples with different targets and inputs, trained on with Adam at three rates."""
    net, mean = bench.probe(network), bench.probe(objective)
    inputs, targets = _two(bench)
    best = Overfit(float(mean(net.parameters, net.state, inputs, targets)), np.inf, 0.0)
    for rate in RATES:
        run = _run(mean, optax.adam(rate), net.state, inputs, targets)
        parameters, memory = net.parameters, optax.adam(rate).init(net.parameters)
        for _ in range(_CALLS):
            bench.hurry()
            (parameters, memory), lowest = run(parameters, memory)
            if float(lowest) < best.lowest:
                best = Overfit(best.start, float(lowest), rate)
            if best.lowest <= ENOUGH * max(best.start, 1e-6):
                return best
    return best


def _run(mean: Any, optimiser: Any, state: Any, inputs: Arrays, targets: Arrays) -> Any:
    def step(carry: Any, _: Any) -> tuple[Any, jax.Array]:
        parameters, memory = carry
        loss, gradient = jax.value_and_grad(mean)(parameters, state, inputs, targets)
        updates, memory = optimiser.update(gradient, memory, parameters)
        return (optax.apply_updates(parameters, updates), memory), loss

    @jax.jit
    def run(parameters: Any, memory: Any) -> Any:
        carry, losses = jax.lax.scan(step, (parameters, memory), None, _STEPS)
        return carry, losses.min()

    return run


def _two(bench: Bench) -> tuple[Arrays, Arrays]:
    inputs, targets = bench.probe(batches, 1)[0]
    for other in range(1, len(inputs)):
        if not np.array_equal(targets[other], targets[0]) and not np.array_equal(inputs[other], inputs[0]):
            rows = np.array([0, other])
            return inputs[rows], targets[rows]
    raise NotRun("All examples of a batch have the same target.")


@dataclass(frozen=True)
class Units:
    """Matrices all of whose columns are the same after some steps: their units do one thing.

    `constant` are those that begin with one value everywhere, neither 0 nor 1, as heads and the scales of norms do.
    """

    alike: tuple[str, ...]
    matrices: int
    constant: tuple[str, ...] = ()


def units(bench: Bench) -> Units:
    """Probe: three steps of plain gradient descent with a normalised gradient; which columns are still alike?"""
    net, mean = bench.probe(network), bench.probe(objective)
    inputs, targets = bench.probe(batches, 1)[0]
    if bench.probe(problem).task is Task.REGRESSION and targets.std() == 0:
        raise NotRun("All targets are the same.")
    run = _run(mean, optax.adam(1e-2), net.state, inputs, targets)
    (parameters, _), _ = run(net.parameters, optax.adam(1e-2).init(net.parameters))
    matrices, begun = _matrices(parameters), _matrices(net.parameters)
    alike = tuple(path for path, matrix in matrices.items() if _columns_alike(as_numpy(matrix)))
    constant = tuple(path for path, one in begun.items() if np.ptp(one) == 0 and one[0, 0] not in (0.0, 1.0))
    return Units(alike, len(matrices), constant)


def _matrices(parameters: Any) -> dict[str, Arrays]:
    return {
        path: leaf.reshape(-1, leaf.shape[-1])
        for path, leaf in floating(parameters).items()
        if leaf.ndim > 1 and leaf.shape[-1] > 1 and leaf.size > leaf.shape[-1]
    }


def _columns_alike(matrix: Arrays) -> bool:
    spread = np.ptp(matrix, axis=1).max()
    return bool(spread <= 1e-5 * max(float(np.abs(matrix).max()), 1e-12))
