"""What excites a unit of a network most: examples, the part of them that it sees, and a made-up input.

A unit is a place of a layer's last axis; of a layer whose outputs lie beside each other (pixels, steps) it is asked
where it is largest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.keys import generator
from piste.lens.views.layers import outputs_of_layers
from piste.nn.layer import Layer, Parameters, State

Values = NDArray[np.floating]
_CHUNK = 128

STEPS, RATE = 240, 0.05
_DECAY, _SMOOTH = 0.02, 0.05


def excitement(
    model: Layer, parameters: Parameters, state: State, inputs: NDArray[Any], layer: str
) -> tuple[Values, NDArray[np.int64]]:
    """Return the largest output of every unit of `layer` for every example (B, U), and the place of it (B, U)."""

    @jax.jit
    def run(chunk: jax.Array) -> tuple[jax.Array, jax.Array]:
        seen = outputs_of_layers(model, parameters, state, chunk)[1][layer]
        places = seen.reshape(len(seen), -1, seen.shape[-1])
        return jnp.max(places, axis=1), jnp.argmax(places, axis=1)

    found = [run(jnp.asarray(inputs[at : at + _CHUNK])) for at in range(0, len(inputs), _CHUNK)]
    values = np.concatenate([np.asarray(one) for one, _ in found])
    return values, np.concatenate([np.asarray(place, np.int64) for _, place in found])


def receptive(
    model: Layer, parameters: Parameters, state: State, shape: tuple[int, ...], layer: str, places: Iterable[int]
) -> dict[int, NDArray[np.bool_]]:
    """Return, for each of `places` in the outputs of `layer`, which places of an example (no last axis) reach it.

    A gradient through the network's own weights could be zero by chance of an example, so those of random examples
    are added up.
    """

    @jax.jit
    @jax.grad
    def slopes(values: jax.Array, place: jax.Array) -> jax.Array:
        seen = outputs_of_layers(model, parameters, state, values)[1][layer]
        # Batches differ, so that no activation is silent in all of them.
        return jnp.sum(jnp.square(seen.reshape(len(seen), -1, seen.shape[-1])[:, place]))

    draws = jnp.asarray(generator(0, "receptive", layer).normal(size=(8, *shape)) * 100, jnp.float32)
    found = {place: np.asarray(slopes(draws, jnp.asarray(place))) for place in sorted(set(places))}
    return {place: np.abs(one).sum(axis=(0, -1)) > 0 for place, one in found.items()}


@dataclass(frozen=True)
class Scale:
    """How inputs are spread and bounded: mean and deviation for each of the last axis, the least and the largest."""

    mean: Values
    deviation: Values
    low: float
    high: float


def made_up(
    model: Layer,
    parameters: Parameters,
    state: State,
    shape: tuple[int, ...],
    layer: str,
    units: Sequence[int],
    scale: Scale,
) -> list[tuple[Values, float]]:
    """Return, for each unit, an input (...) that excites it, and its mean output for that (Erhan et al. 2009).

    Gradient ascent with Adam's step on the unit's mean output over its places, from weak noise, less a penalty on the
    distance from the mean and on differences of neighbours (total variation, Mahendran & Vedaldi 2015); pictures are
    moved by up to two pixels in each step, so that no grid of pixels is favoured (Mordvintsev et al. 2015).
    """
    picture = len(shape) == 3
    low, high = (scale.low - scale.mean) / scale.deviation, (scale.high - scale.mean) / scale.deviation
    score = partial(_score, model, parameters, state, layer, scale)

    def step(unit: jax.Array, carry: tuple[Any, Any, Any], number: jax.Array) -> tuple[tuple[Any, Any, Any], None]:
        values, first, second = carry
        key = jax.random.fold_in(jax.random.key(unit), number)
        moved = jax.random.randint(key, (2,), -2, 3) if picture else jnp.zeros(2, jnp.int32)

        def objective(values: jax.Array) -> jax.Array:
            shifted = jnp.roll(values, moved, axis=(0, 1)) if picture else values
            return score(unit, shifted) - _DECAY * jnp.mean(jnp.square(values)) - _SMOOTH * _roughness(values)

        slope = jax.grad(objective)(values)
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * jnp.square(slope)
        count = number + 1.0
        way = first / (1 - 0.9**count) / (jnp.sqrt(second / (1 - 0.999**count)) + 1e-8)
        return (jnp.clip(values + RATE * way, low, high), first, second), None

    @jax.jit
    def ascend(unit: jax.Array, values: jax.Array) -> tuple[jax.Array, jax.Array]:
        zero = jnp.zeros_like(values)
        numbers = jnp.arange(STEPS, dtype=jnp.int32)
        (values, _, _), _ = jax.lax.scan(partial(step, unit), (values, zero, zero), numbers)
        return values, score(unit, values)

    made: list[tuple[Values, float]] = []
    for unit in units:
        start = generator(0, "made up", layer, unit).normal(size=shape) * 0.1
        values, reached = ascend(jnp.asarray(unit), jnp.asarray(start, jnp.float32))
        made.append((np.asarray(values) * scale.deviation + scale.mean, float(reached)))
    return made


def _score(
    model: Layer, parameters: Parameters, state: State, layer: str, scale: Scale, unit: jax.Array, values: jax.Array
) -> jax.Array:
    inputs = values * scale.deviation + scale.mean
    seen = outputs_of_layers(model, parameters, state, inputs[None].astype(jnp.float32))[1][layer]
    return jnp.mean(seen[0, ..., unit])


def _roughness(values: jax.Array) -> jax.Array:
    total = jnp.zeros(())
    for axis in range(values.ndim - 1):
        total = total + jnp.mean(jnp.sqrt(jnp.square(jnp.diff(values, axis=axis)) + 1e-6))
    return total
