"""What each layer's outputs look like over many examples: how they are spread, which units say nothing."""

from dataclasses import dataclass

import jax
import numpy as np
from numpy.typing import NDArray

from piste.lens.views.layers import layers_of, outputs_of_layers
from piste.nn.activations import Activation
from piste.nn.dropout import ChannelDropout, Dropout, StochasticDepth
from piste.nn.embedding import Masking
from piste.nn.layer import Layer, Parameters, State
from piste.nn.ragged import Ragged
from piste.nn.shaping import Flatten, Permute, Reshape

BINS = 40
_PASSES_ON = (ChannelDropout, Dropout, Flatten, Masking, Permute, Ragged, Reshape, StochasticDepth)
_FLAT = {"tanh": (-0.99, 0.99), "sigmoid": (0.01, 0.99), "hard_tanh": (-0.99, 0.99), "hard_sigmoid": (0.01, 0.99)}
"""Beyond these values an activation is at its flat ends: its slope is at most 4 % of the largest."""


@dataclass(frozen=True)
class LayerSeen:
    """A layer's outputs over all examples and places. A unit is one place of the last axis.

    `silent` are the numbers of the units whose output is the same for every example and place; `saturated` is the share
    of outputs at the flat ends of the activation, NaN where it has none.
    """

    path: str
    kind: str
    shape: tuple[int, ...]  # of one example's outputs
    counts: NDArray[np.int64]  # (BINS,)
    mean: float
    deviation: float
    zero: float
    silent: tuple[int, ...]
    saturated: float


def shown_layers(model: Layer, parameters: Parameters, state: State, inputs: NDArray[np.generic]) -> dict[str, Layer]:
    """Return the layers that compute something, by path; those that only pass values on are left out."""
    found = layers_of(model, parameters, state, inputs.shape[1:], inputs.dtype)
    return {path: layer for path, layer in found.items() if not isinstance(layer, _PASSES_ON)}


def outputs_at(
    model: Layer, parameters: Parameters, state: State, inputs: NDArray[np.generic]
) -> dict[str, NDArray[np.floating]]:
    """Return the outputs (B, ...) of every layer that computes something, by path."""
    shown = shown_layers(model, parameters, state, inputs)

    @jax.jit
    def run(parameters: Parameters, state: State, inputs: jax.Array) -> dict[str, jax.Array]:
        _, seen = outputs_of_layers(model, parameters, state, inputs)
        return {path: seen[path] for path in shown}

    return {path: np.asarray(values) for path, values in run(parameters, state, inputs).items()}


def edges_of(several: list[NDArray[np.floating]]) -> NDArray[np.float64]:
    """Return the edges (BINS + 1,) of a histogram that holds all but one in a thousand of the values at each end."""
    known = np.concatenate([values[np.isfinite(values)].ravel() for values in several])
    if not len(known):
        return np.linspace(0.0, 1.0, BINS + 1)
    low, high = np.quantile(known.astype(np.float64), (0.001, 0.999))
    return np.linspace(low, high if high > low else low + 1.0, BINS + 1)


def seen_of(path: str, layer: Layer, values: NDArray[np.floating], edges: NDArray[np.float64]) -> LayerSeen:
    """Return what is seen of one layer's outputs (B, ...); values beyond `edges` count in the last bins."""
    wide = values.astype(np.float64)
    units = wide.reshape(-1, wide.shape[-1])
    name = layer.name if isinstance(layer, Activation) else ""
    low, high = _FLAT.get(name, (np.nan, np.nan))
    finite = wide[np.isfinite(wide)]
    counts, _ = np.histogram(np.clip(finite, edges[0], edges[-1]), edges)
    return LayerSeen(
        path,
        type(layer).__name__ + (f" {name}" if name else ""),
        values.shape[1:],
        counts.astype(np.int64),
        float(finite.mean()) if len(finite) else float("nan"),
        float(finite.std()) if len(finite) else float("nan"),
        float(np.mean(wide == 0)),
        tuple(np.flatnonzero(np.ptp(units, axis=0) == 0).tolist()) if len(values) > 1 else (),
        float(np.mean((wide < low) | (wide > high))) if name in _FLAT else float("nan"),
    )
