"""Probes of what happens inside the network, in evaluation and in training mode."""

from collections.abc import Callable, Sequence
from typing import Any

import jax

from piste.lint.bench import Bench
from piste.lint.insides import Kind, Place, look_inside
from piste.lint.network import network, sample
from piste.lint.rule import NotRun

_EXAMPLES = 64


def inside(bench: Bench) -> tuple[Place, ...]:
    """Probe: what is seen of 64 examples in evaluation mode."""
    net = bench.probe(network)
    kinds = (Kind.LAYER, Kind.LOOKUP, Kind.ATTENTION)
    return _looked(bench, lambda fixed, inputs, _: net.evaluate(fixed[0], fixed[1], inputs), kinds, None)


def masks(bench: Bench) -> tuple[Place, ...]:
    """Probe: the random masks over 64 examples in training mode."""
    net = bench.probe(network)
    if net.train is None:
        raise NotRun("The network has no training mode of its own: give train_apply=, if there is one.")
    train = net.train
    key = jax.random.key(bench.pipeline.seed)
    return _looked(bench, lambda fixed, inputs, key: train(fixed[0], fixed[1], inputs, key)[0], (Kind.MASK,), key)


def of_kind(places: tuple[Place, ...], kind: Kind) -> list[Place]:
    """Return the places of one kind, in their order."""
    return [place for place in places if place.kind is kind]


def _looked(bench: Bench, function: Callable[..., Any], kinds: Sequence[Kind], key: Any) -> tuple[Place, ...]:
    net = bench.probe(network)
    if not net.traceable:
        raise NotRun("The network is not written in JAX, so that nothing inside it is seen.")
    inputs, _ = bench.probe(sample, _EXAMPLES, next(iter(bench.pipeline.splits)))
    try:
        return look_inside(function, kinds, (net.parameters, net.state), inputs, key)
    except (jax.errors.JAXTypeError, jax.errors.JAXIndexError, TypeError) as error:
        raise NotRun("JAX cannot trace the network, so that nothing inside it is seen.") from error
