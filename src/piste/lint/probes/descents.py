"""Probe PR8: can the network learn two examples by heart? And do its units become different from each other?"""

from dataclasses import dataclass
from typing import Any

import jax
import numpy as np
import optax
from numpy.typing import NDArray

from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.rule import NotRun
from piste.lint.training import batches, objective
from piste.lint.tree import floating

RATES = (1e-3, 1e-2, 1e-1)
_STEPS = 100  # a call; at most `_CALLS` of them a rate
_CALLS = 5
_BATCHES = 8  # in which two examples are looked for
ENOUGH = 0.05  # of the loss at the start
_ADAM = optax.scale_by_adam()

Arrays = NDArray[Any]


@dataclass(frozen=True)
class Overfit:
    """The loss of two examples at the start, and the lowest that Adam reached, at `rate`."""

    start: float
    lowest: float
    rate: float


def overfit(bench: Bench) -> Overfit:
    """Probe: two examples with different targets and inputs, trained on with Adam at three rates."""
    parameters, run = bench.probe(network).parameters, bench.probe(_descent)
    best = Overfit(float(run((parameters, _ADAM.init(parameters)), 0.0)[1][0]), np.inf, 0.0)
    for rate in RATES:
        carry = parameters, _ADAM.init(parameters)
        for _ in range(_CALLS):
            bench.hurry()
            carry, losses = run(carry, rate)
            lowest = float(losses.min())
            if lowest < best.lowest:
                best = Overfit(best.start, lowest, rate)
            if best.lowest <= ENOUGH * max(best.start, 1e-6):
                return best
    return best


def _descent(bench: Bench) -> Any:
    """Probe: `((parameters, memory), rate)` to the pair `_STEPS` of Adam later, on two examples, and the losses.

    The rate is an argument, so that all descents are one compiled program.
    """
    net, mean = bench.probe(network), bench.probe(objective)
    inputs, targets = bench.probe(_two)

    @jax.jit
    def run(carry: Any, rate: Any) -> Any:
        def step(carry: Any, _: Any) -> tuple[Any, jax.Array]:
            parameters, memory = carry
            loss, gradient = jax.value_and_grad(mean)(parameters, net.state, inputs, targets)
            updates, memory = _ADAM.update(gradient, memory, parameters)
            updates = jax.tree.map(lambda one: -rate * one, updates)
            return (optax.apply_updates(parameters, updates), memory), loss

        return jax.lax.scan(step, carry, None, _STEPS)

    return run


def _two(bench: Bench) -> tuple[Arrays, Arrays]:
    """Probe: inputs and targets of two examples of some batches that differ in both."""
    looked_at = bench.probe(batches, _BATCHES)
    first, known = (side[0] for side in looked_at[0])
    for inputs, targets in looked_at:
        for one, target in zip(inputs, targets, strict=True):
            if not np.array_equal(target, known) and not np.array_equal(one, first):
                return np.stack([first, one]), np.stack([known, target])
    raise NotRun(f"All examples of {_BATCHES} batches have the same target.")


@dataclass(frozen=True)
class Units:
    """Matrices all of whose columns are the same after some steps: their units do one thing.

    `constant` are those that begin with one value everywhere, neither 0 nor 1, as heads and the scales of norms do.
    """

    alike: tuple[str, ...]
    matrices: int
    constant: tuple[str, ...] = ()


def units(bench: Bench) -> Units:
    """Probe: a hundred steps of Adam on two examples; which columns are still alike?"""
    own = bench.probe(network).parameters
    (parameters, _), _ = bench.probe(_descent)((own, _ADAM.init(own)), 1e-2)
    matrices, begun = _matrices(parameters), _matrices(own)
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
