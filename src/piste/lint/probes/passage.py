"""How many independent numbers pass from the inputs to the outputs of a network that is a black box?"""

from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Var
from numpy.typing import NDArray

from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.network import Network, network, sample
from piste.lint.probes.redrawing import redrawn
from piste.lint.problem import problem
from piste.lint.rule import NotRun
from piste.nn.operations import leading

ENOUGH = 4  # for any number of outputs
_EXAMPLES = 32
_MIXTURES = 8  # of the outputs, more than `ENOUGH`
_POINTS, _GAIN = 3, 2.0  # draws of the parameters, and their variance times the inputs: what holds for any holds here
_SMALL = 1e-4  # of the largest singular value: far above the rounding of 32 bits


@dataclass(frozen=True)
class Passage:
    """The most numbers by which the outputs of any example can change, and how many the `outputs` outputs need."""

    numbers: int
    needed: int
    outputs: int


def passage(bench: Bench) -> Passage:
    """Probe: the largest rank of the outputs' derivative by one example's inputs, at parameters drawn at random.

    A layer of n units lets no more than n through, wherever it stands and whatever its parameters, if it reads them.
    Of classes, what is added to all outputs alike does not count. Random mixtures of the outputs stand for them, which
    keeps a rank below their number.
    """
    net, one = bench.probe(network), bench.probe(problem)
    inputs, _ = bench.probe(sample, _EXAMPLES, next(iter(bench.pipeline.splits)))
    if not net.traceable or inputs.dtype.kind != "f":
        raise NotRun("It takes a network in JAX, and inputs that have a gradient.")
    outputs = net.outputs(inputs)
    if one.task is Task.REGRESSION or outputs.ndim != 2 or outputs.shape[1] < 2:
        raise NotRun("It takes a network with an output for each of several classes or labels.")
    width = outputs.shape[1]
    needed = min(width - 1 if one.of_classes else width, ENOUGH)
    if needed < 2:
        raise NotRun("One number is all that the outputs need.")
    if _unread(net, inputs):
        raise NotRun("The network computes without some of its parameters, which M102 names.")
    mixtures = bench.generator("passage").normal(size=(_MIXTURES, width)).astype(np.float32)
    mixtures -= mixtures.mean(axis=1, keepdims=True) if one.of_classes else 0.0
    slopes = jax.jit(jax.vmap(_slopes(net, mixtures), in_axes=(None, 0)))
    points = [redrawn(net.parameters, bench.pipeline.seed + draw, _GAIN) for draw in range(_POINTS)]
    numbers = max(_rank(np.asarray(slopes(point, inputs), np.float64)) for point in points)
    if not numbers:
        raise NotRun("No output depends on the inputs.")
    return Passage(numbers, needed, width)


def _unread(net: Network, inputs: Any) -> bool:
    """Return whether the outputs are computed without some leaf of the parameters, whatever its values are."""
    trace = jax.make_jaxpr(net.plain)(net.parameters, net.state, inputs).jaxpr
    places = [trace.outvars, *(eqn.invars for eqn, _ in leading(trace, [True] * len(trace.outvars)))]
    read = {one for atoms in places for one in atoms if isinstance(one, Var)}
    return not read.issuperset(trace.invars[: len(jax.tree.leaves(net.parameters))])


def _slopes(net: Any, mixtures: NDArray[np.float32]) -> Any:
    def mixed(parameters: Any, example: Any) -> Any:
        return jnp.asarray(mixtures) @ net.evaluate(parameters, net.state, example[None])[0]

    return jax.jacrev(mixed, argnums=1)


def _rank(slopes: NDArray[np.float64]) -> int:
    """Return the largest rank among examples' matrices (N, mixtures, ...)."""
    if not np.all(np.isfinite(slopes)):
        raise NotRun("The derivative by the inputs is not finite.")
    values = np.linalg.svd(slopes.reshape(*slopes.shape[:2], -1), compute_uv=False)
    return int(np.max(np.sum(values > _SMALL * values[:, :1], axis=1), initial=0, where=values[:, 0] > 0))
