"""Probes of what happens inside the network, in evaluation and in training mode."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from piste.lint.bench import Bench
from piste.lint.insides import Kind, Place, look_inside
from piste.lint.network import network, sample
from piste.lint.rule import NotRun

_EXAMPLES = 64


def inside(bench: Bench, usual_start: bool = False) -> tuple[Place, ...]:
    """Probe: what is seen of 64 examples in evaluation mode.

    With `usual_start` kernels (..., inputs, outputs) of more than variance 1 / inputs are brought down to it; tables
    that inputs are looked up in stay.
    """
    net = bench.probe(network)
    kinds = (Kind.LAYER, Kind.LOOKUP, Kind.ATTENTION)
    parameters = _brought_down(bench) if usual_start else net.parameters
    return _looked(bench, lambda fixed, inputs, _: net.evaluate(fixed[0], fixed[1], inputs), kinds, None, parameters)


def _brought_down(bench: Bench) -> Any:
    tables = {place.size for place in of_kind(bench.probe(inside), Kind.LOOKUP)}

    def usual(leaf: Any) -> Any:
        shape = np.shape(leaf)
        if len(shape) < 2 or tables & set(shape[:-1]) or not np.issubdtype(np.asarray(leaf).dtype, np.floating):
            return leaf
        size = float(np.sqrt(np.mean(np.square(np.asarray(leaf, np.float64)))))
        return leaf * min(1.0, 1.0 / max(size * float(np.sqrt(shape[-2])), 1e-12))

    return jax.tree.map(usual, bench.probe(network).parameters)


def masks(bench: Bench) -> tuple[Place, ...]:
    """Probe: the random masks over 64 examples in training mode."""
    net = bench.probe(network)
    if net.train is None:
        raise NotRun("The network has no training mode of its own: give train_apply=, if there is one.")
    train = net.train
    key = jax.random.key(bench.pipeline.seed)
    seen = (Kind.MASK,)
    return _looked(
        bench, lambda fixed, inputs, key: train(fixed[0], fixed[1], inputs, key)[0], seen, key, net.parameters
    )


def of_kind(places: tuple[Place, ...], kind: Kind) -> list[Place]:
    """Return the places of one kind, in their order."""
    return [place for place in places if place.kind is kind]


def _looked(
    bench: Bench, function: Callable[..., Any], kinds: Sequence[Kind], key: Any, parameters: Any
) -> tuple[Place, ...]:
    net = bench.probe(network)
    if not net.traceable:
        raise NotRun("The network is not written in JAX, so that nothing inside it is seen.")
    inputs, _ = bench.probe(sample, _EXAMPLES, next(iter(bench.pipeline.splits)))
    try:
        return look_inside(function, kinds, (parameters, net.state), inputs, key)
    except (jax.errors.JAXTypeError, jax.errors.JAXIndexError, TypeError) as error:
        raise NotRun("JAX cannot trace the network, so that nothing inside it is seen.") from error
