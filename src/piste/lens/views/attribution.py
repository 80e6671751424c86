"""Why a network answers as it does: how much each input counts for one output of one example.

`run` takes inputs (B, ...) and gives outputs (B, K); what is explained is output `unit`. A value that is NaN (the
filling behind a short sequence) is no input and counts nothing.
"""

from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from piste.lens.views.layers import outputs_of_layers, outputs_with
from piste.nn.layer import Layer, Parameters, State

Run = Callable[[jax.Array], jax.Array]
Values = NDArray[np.floating]

STEPS = 200  # of the straight line from the baseline to the example
_CHUNK = 50  # of them at a time


def gradient(run: Run, inputs: Values, unit: int) -> Values:
    """Return the derivative of the output by each input (B, ...) (saliency, Simonyan et al. 2014, sec. 3)."""
    found = jax.grad(lambda values: jnp.sum(run(values)[:, unit]))(jnp.asarray(inputs, jnp.float32))
    return np.nan_to_num(np.asarray(found))


def integrated_gradients(run: Run, inputs: Values, baseline: Values, unit: int) -> tuple[Values, NDArray[np.float64]]:
    """Return the attributions (B, ...) and the gaps (B,) of completeness (Sundararajan et al. 2017, eq. 1 and 3).

    The gradient is averaged over the middles of `STEPS` equal parts of the line from `baseline` to the example, and
    multiplied by the way. The gap is what is missing to `output(inputs) - output(baseline)`, as a share of it.
    """
    ends, starts = jnp.asarray(inputs, jnp.float32), jnp.asarray(baseline, jnp.float32)
    way = ends - starts

    @jax.jit
    def whole(shares: jax.Array) -> jax.Array:
        def one(share: jax.Array) -> jax.Array:
            return jax.grad(lambda values: jnp.sum(run(values)[:, unit]))(starts + share * way)

        return jnp.sum(lax.map(one, shares), axis=0)

    total = np.zeros(inputs.shape, np.float64)
    for first in range(0, STEPS, _CHUNK):
        shares = (np.arange(first, first + _CHUNK, dtype=np.float32) + 0.5) / STEPS
        total += np.nan_to_num(np.asarray(whole(shares), np.float64))
    found = np.nan_to_num(np.asarray(way, np.float64)) * total / STEPS
    difference = np.asarray(run(ends)[:, unit] - run(starts)[:, unit], np.float64)
    missing = np.abs(found.reshape(len(found), -1).sum(axis=1) - difference)
    return found, missing / np.maximum(np.abs(difference), 1e-6)


def grad_cam(
    model: Layer, parameters: Parameters, state: State, inputs: Values, layer: str, unit: int, read: Run = jnp.asarray
) -> Values:
    """Return where feature maps speak for the output, (B, h, w) or (B, t) of `layer` (Selvaraju et al. 2017, eq. 1-2).

    The maps are summed with the mean gradient of each as its weight, and what is negative is left out. `read` makes
    what is explained of the network's outputs (B, K).
    """
    values = jnp.asarray(inputs)
    _, seen = outputs_of_layers(model, parameters, state, values)
    maps = seen[layer]

    def output(put: jax.Array) -> jax.Array:
        return jnp.sum(read(outputs_with(model, parameters, state, values, {layer: put}))[:, unit])

    slopes = jax.grad(output)(maps)
    weights = jnp.mean(slopes, axis=tuple(range(1, maps.ndim - 1)), keepdims=True)
    return np.asarray(jnp.maximum(jnp.sum(weights * maps, axis=-1), 0.0))


def occlusion(run: Run, example: Values, hidden: Iterator[tuple[Values, Values]], unit: int) -> Values:
    """Return how much the output falls where parts are hidden (Zeiler & Fergus 2014, sec. 4.2), like the example.

    `hidden` gives, for each part, the example without it (...) and where it was, 1 there and 0 elsewhere. Where parts
    overlap, their falls are averaged.
    """
    pairs = list(hidden)
    whole = float(jnp.asarray(run(jnp.asarray(example, jnp.float32)[None]))[0, unit])
    batches = np.stack([one for one, _ in pairs]).astype(np.float32)
    falls = np.concatenate(
        [whole - np.asarray(run(jnp.asarray(batches[at : at + 64])))[:, unit] for at in range(0, len(batches), 64)]
    )
    places = np.stack([place for _, place in pairs]).astype(np.float64)
    total = np.tensordot(falls, places, axes=1)
    return np.asarray(total / np.maximum(places.sum(axis=0), 1.0))


def patches(example: Values, baseline: Values, size: int, stride: int) -> Iterator[tuple[Values, Values]]:
    """Yield pictures (H, W, C) without a square of `size` pixels each, and where that was (H, W)."""
    height, width = example.shape[:2]
    for top in _starts(height, size, stride):
        for left in _starts(width, size, stride):
            without, place = np.array(example, np.float64), np.zeros((height, width))
            without[top : top + size, left : left + size] = baseline[top : top + size, left : left + size]
            place[top : top + size, left : left + size] = 1.0
            yield without, place


def windows(example: Values, baseline: Values, size: int, stride: int) -> Iterator[tuple[Values, Values]]:
    """Yield sequences (T, C) without a window of `size` steps each, and where that was (T,)."""
    real = int(np.sum(~np.isnan(example).all(axis=1)))
    for first in _starts(max(real, 1), size, stride):
        without, place = np.array(example, np.float64), np.zeros(len(example))
        without[first : first + size] = np.where(
            np.isnan(example[first : first + size]), np.nan, baseline[first : first + size]
        )
        place[first : min(first + size, real)] = 1.0
        yield without, place


def groups(example: Values, baseline: Values, members: list[list[int]]) -> Iterator[tuple[Values, Values]]:
    """Yield rows (F,) without the inputs of each group, and which group that was (G,)."""
    for number, slots in enumerate(members):
        without, place = np.array(example, np.float64), np.zeros(len(members))
        without[slots] = baseline[slots]
        place[number] = 1.0
        yield without, place


def _starts(length: int, size: int, stride: int) -> list[int]:
    starts = list(range(0, max(length - size, 0) + 1, stride))
    return starts if starts[-1] + size >= length else [*starts, length - size]
