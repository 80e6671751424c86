"""Probes PR5, PR15 and PR16: gradients leaf by leaf: which are exactly zero, which are wrong, which inputs are dead."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.lint.arrays import as_numpy, leaves
from piste.lint.bench import Bench
from piste.lint.network import network, sample
from piste.lint.problem import SAMPLE
from piste.lint.rule import NotRun
from piste.lint.training import batches, gradients, objective
from piste.lint.tree import floating

_BATCHES = 3
_STIR = 0.1  # of a leaf's own size: away from zero heads and zero branches, whose gradients are zero at first
_LEAVES = 24  # whose gradients are checked
_STEP = 1e-5  # of the centred difference in float64

Arrays = NDArray[Any]


def stirred(bench: Bench, tree: Any, name: str) -> Any:
    """Return `tree` with noise on every floating-point leaf, zeros included."""
    values, structure = jax.tree.flatten(tree)
    generator = bench.generator("stirred", name)

    def moved(leaf: Any) -> Any:
        array = as_numpy(leaf)
        if not np.issubdtype(array.dtype, np.floating):
            return leaf
        size = max(float(np.sqrt(np.mean(np.square(array, dtype=np.float64)))), 0.1)
        return jnp.asarray(leaf) + jnp.asarray(_STIR * size * generator.normal(size=array.shape), array.dtype)

    return jax.tree.unflatten(structure, [moved(leaf) for leaf in values])


@dataclass(frozen=True)
class LeafSlopes:
    """The largest size of any gradient of each leaf over three batches and two points; the leaves by path."""

    largest: dict[str, float]

    @property
    def zero(self) -> tuple[str, ...]:
        """The leaves whose gradient is exactly 0 throughout."""
        return tuple(path for path, size in self.largest.items() if size == 0.0)


def leaf_slopes(bench: Bench) -> LeafSlopes:
    """Probe: gradients by every leaf, at the parameters and near them, on three batches."""
    net, slope = bench.probe(network), bench.probe(gradients)
    largest = dict.fromkeys(floating(net.parameters), 0.0)
    for point in (net.parameters, stirred(bench, net.parameters, "slopes")):
        for inputs, targets in bench.probe(batches, _BATCHES):
            for path, leaf in floating(slope(point, net.state, inputs, targets)[1]).items():
                size = float(np.max(np.abs(leaf), initial=0.0))
                largest[path] = max(largest[path], np.inf if np.isnan(size) else size)
    return LeafSlopes(largest)


@dataclass(frozen=True)
class Check:
    """Of each leaf, the slope that JAX gives along a random direction, and that of a centred difference."""

    slopes: dict[str, tuple[float, float]]
    double: bool  # whether the loss was really computed in float64

    def wrong(self, tolerance: float) -> dict[str, tuple[float, float]]:
        """Return the leaves where both differ by more than `tolerance` of the larger."""
        scale = max((abs(measured) for _, measured in self.slopes.values()), default=0.0)
        return {
            path: pair
            for path, pair in self.slopes.items()
            if abs(pair[0] - pair[1]) > tolerance * max(abs(pair[0]), abs(pair[1]), 1e-4 * scale, 1e-12)
        }


def gradient_check(bench: Bench) -> Check:
    """Probe: in float64, leaf by leaf, the slope of the loss along a random direction, computed and measured."""
    net, mean = bench.probe(network), bench.probe(objective)
    inputs, targets = (array[:4] for array in bench.probe(batches, 1)[0])
    with jax.enable_x64(True), _in_double():
        start, state = _double(stirred(bench, net.parameters, "check")), _double(net.state)
        batch = (_double(inputs), _double(targets))
        value = jax.jit(lambda parameters: mean(parameters, state, *batch))
        slope = leaves(jax.jit(jax.grad(mean))(start, state, *batch))
        double = as_numpy(value(start)).dtype == np.float64
        step = _STEP if double else 1e-2
        paths = list(floating(start))[:_LEAVES]
        slopes = {path: _along(bench, value, start, path, slope[path], step) for path in paths}
        twice = {} if double else {path: _along(bench, value, start, path, slope[path], 2 * step) for path in paths}
    # Where the network computes in few digits, the loss is a stair, whose slope depends on how far one steps.
    smooth = {path: pair for path, pair in slopes.items() if path not in twice or _near(pair[1], twice[path][1])}
    if not smooth:
        raise NotRun("The network computes with too few digits for the check.")
    return Check(smooth, double)


def _near(first: float, second: float) -> bool:
    return abs(first - second) <= 0.05 * max(abs(first), abs(second))


@contextmanager
def _in_double() -> Iterator[None]:
    try:
        yield
    except TypeError as error:
        raise NotRun("The network or the loss computes in float32 alone, which is too coarse for the check.") from error


def _along(bench: Bench, value: Any, start: Any, path: str, slope: Arrays, step: float) -> tuple[float, float]:
    direction = bench.generator("direction", path).normal(size=slope.shape)
    direction /= max(float(np.linalg.norm(direction)), 1e-30)

    def at(distance: float) -> float:
        return float(value(_shifted(start, path, distance * direction)))

    return float(np.sum(slope * direction)), (at(step) - at(-step)) / (2 * step)


def _shifted(tree: Any, path: str, by: Arrays) -> Any:
    values, structure = jax.tree.flatten(tree)
    names = list(leaves(tree))
    return jax.tree.unflatten(
        structure, [leaf + by if name == path else leaf for name, leaf in zip(names, values, strict=True)]
    )


def _double(tree: Any) -> Any:
    def wide(leaf: Any) -> Any:
        array = as_numpy(leaf)
        return jnp.asarray(array, jnp.float64 if np.issubdtype(array.dtype, np.floating) else array.dtype)

    return jax.tree.map(wide, tree)


@dataclass(frozen=True)
class DeadInputs:
    """Places of one example's input on which no output depends at all, and how many places there are."""

    places: tuple[tuple[int, ...], ...]
    total: int


def dead_inputs(bench: Bench) -> DeadInputs:
    """Probe: the gradient of a random mixture of the outputs by every input, at two points of the parameters."""
    net = bench.probe(network)
    inputs = bench.probe(batches, 1)[0][0]
    if not net.traceable or not np.issubdtype(inputs.dtype, np.number) or np.issubdtype(inputs.dtype, np.signedinteger):
        raise NotRun("Inputs that are whole numbers (tokens) have no gradient.")

    def mixed(inputs: Any, parameters: Any, weights: Any) -> Any:
        return jnp.sum(net.evaluate(parameters, net.state, inputs) * weights)

    slope = jax.jit(jax.grad(mixed))
    weights = bench.generator("mixture").normal(size=net.outputs(inputs).shape).astype(np.float32)
    values = inputs.astype(np.float32)
    generator = bench.generator("inputs")
    spread = values + generator.normal(size=values.shape).astype(np.float32) * max(float(values.std()), 1e-3)
    points = [net.parameters, stirred(bench, net.parameters, "inputs")]
    sizes = [np.abs(np.asarray(slope(x, point, weights))).max(axis=0) for point in points for x in (values, spread)]
    dead = np.argwhere(np.max(sizes, axis=0) == 0.0)
    return DeadInputs(tuple(tuple(map(int, place)) for place in dead), int(np.prod(values.shape[1:])))


def flat_loss(bench: Bench) -> bool:
    """Probe: whether the loss has a gradient of exactly 0 by all outputs of a sample of train."""
    inputs, targets = bench.probe(sample, SAMPLE)
    loss, outputs = bench.pipeline.loss, jnp.asarray(bench.probe(network).outputs(inputs))
    if loss is None or targets is None:
        raise NotRun("It takes a loss and targets.")
    slope = jax.grad(lambda given: jnp.mean(jnp.asarray(loss(given, targets))))(outputs)
    return not bool(jnp.any(slope))
