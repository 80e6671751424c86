"""Layers with room for more units than they have: members of different widths in one program.

Units that are not live have zero weights, a zero bias and give zeros; so their gradients are zero too, and they stay as
they are. Weights and random draws are those of the live shape (`piste.nn.draws`), and so is the fan-in.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from piste.nn import draws
from piste.nn.activations import Activation
from piste.nn.convolution import Conv1D, Conv2D, draw_kernel
from piste.nn.dense import Dense
from piste.nn.dropout import ChannelDropout, Dropout, drop
from piste.nn.initialisers import INITIALISERS, Live, initial_bias
from piste.nn.layer import Context, Parameters, Shape
from piste.nn.traced import chosen
from piste.nn.windows import per_axis


@dataclass(frozen=True)
class PaddedDense(Dense):
    """`units` neurons of which `live` are, on inputs (..., places F) of which `live_in` of every F are."""

    live: Any = 1
    live_in: Any = 1
    places: int = 1

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return weight (places F, units) and bias (units,), those of the live shape in the corner."""
        name = "he_normal" if self.initialiser == "auto" else self.initialiser
        live = Live((self.places, self.live_in, self.live), (self.places * self.live_in, self.live))
        size = (self.places, shape[-1] // self.places, self.units)
        parameters = {"weight": chosen(INITIALISERS, name)(key, size, live).reshape(shape[-1], self.units)}
        if self.bias:
            parameters["bias"] = initial_bias(jax.random.fold_in(key, 1), name, size, live)
        return parameters


@dataclass(frozen=True)
class PaddedConv1D(Conv1D):
    """`Conv1D` with `units` feature maps of which `live` are, on inputs of which `live_in` are."""

    live: Any = 1
    live_in: Any = 1

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return weight (size, F, units) and bias (units,), those of the live shape in the corner."""
        return _kernel(self, key, (self.size, shape[-1], self.units))


@dataclass(frozen=True)
class PaddedConv2D(Conv2D):
    """`Conv2D` with `units` feature maps of which `live` are, on inputs of which `live_in` are."""

    live: Any = 1
    live_in: Any = 1

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return weight (size, size, F, units) and bias (units,), those of the live shape in the corner."""
        return _kernel(self, key, (*per_axis("size", self.size, 2), shape[-1], self.units))


@dataclass(frozen=True)
class PaddedActivation(Activation):
    """An activation that is not zero at zero, on `live` of the features at each of `places`; the others stay zero."""

    live: Any = 1
    places: int = 1

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the activation of `inputs`."""
        outputs = super().__call__(parameters, inputs, context)
        features = inputs.shape[-1]
        live = jnp.arange(features) % (features // self.places) < self.live
        return jnp.where(live, outputs, jnp.zeros((), outputs.dtype))


@dataclass(frozen=True)
class PaddedDropout(Dropout):
    """`Dropout` on features of which `live` are, at each of `places`."""

    live: Any = 1
    places: int = 1

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the thinned inputs."""
        return drop(inputs, self.keep, inputs.shape, context, partial(_numbers, self.live, self.places))


@dataclass(frozen=True)
class PaddedChannelDropout(ChannelDropout):
    """`ChannelDropout` on feature maps of which `live` are."""

    live: Any = 1

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the thinned feature maps."""
        shape = (inputs.shape[0], *(1,) * (inputs.ndim - 2), inputs.shape[-1])
        return drop(inputs, self.keep, shape, context, partial(_numbers, self.live, 1))


def _numbers(live: Any, places: int, key: jax.Array, shape: tuple[int, ...]) -> jax.Array:
    divided = (*shape[:-1], places, shape[-1] // places)
    return draws.hashed(key, divided, (*divided[:-1], live)).reshape(shape)


def _kernel(layer: Any, key: jax.Array, shape: Shape) -> Parameters:
    receptive = 1
    for size in shape[:-2]:
        receptive *= size
    live = Live((*shape[:-2], layer.live_in, layer.live), (receptive * layer.live_in, receptive * layer.live))
    return draw_kernel(key, shape, layer.initialiser, layer.bias, live)
