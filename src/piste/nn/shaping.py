"""Layers that only rearrange."""

import math
from dataclasses import dataclass

import jax

from piste.core.errors import SettingError
from piste.nn.layer import Context, Layer, Parameters


@dataclass(frozen=True)
class Flatten(Layer):
    """(B, ...) to (B, F): all axes of an example in one."""

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the inputs with one feature axis."""
        return inputs.reshape(inputs.shape[0], -1)


@dataclass(frozen=True)
class Reshape(Layer):
    """(B, ...) to (B, *shape), of the same number of values."""

    shape: tuple[int, ...]

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the inputs in the new shape."""
        if math.prod(inputs.shape[1:]) != math.prod(self.shape):
            raise SettingError(f"Reshape to {self.shape} does not fit inputs of shape {inputs.shape[1:]}.")
        return inputs.reshape(inputs.shape[0], *self.shape)


@dataclass(frozen=True)
class Permute(Layer):
    """Reorder the axes of an example; `axes` counts from 0 without the batch axis."""

    axes: tuple[int, ...]

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the inputs with their axes in the new order."""
        if sorted(self.axes) != list(range(inputs.ndim - 1)):
            raise SettingError(f"Permute needs each axis of shape {inputs.shape[1:]} once. Got {self.axes} instead.")
        return inputs.transpose(0, *(axis + 1 for axis in self.axes))

    def mask_after(self, inputs: jax.Array, outputs: jax.Array, mask: jax.Array | None) -> jax.Array | None:
        """Return the mask while the steps stay the first axis."""
        return mask if self.axes[0] == 0 else None
