"""Pooling: neighbouring places of a feature map summed up in one."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.layer import Context, Layer, Parameters


def _windows(inputs: jax.Array, size: int) -> jax.Array:
    # A reshape instead of a sliding window: its gradient is a multiplication, where the sliding window's is
    # a scatter, many times slower on a CPU. Rows and columns that fill no window are left out.
    batch, height, width, features = inputs.shape
    if min(height, width) < size:
        raise SettingError(f"Pooling by {size} needs pictures of at least {size}x{size}. Got {height}x{width} instead.")
    whole = inputs[:, : height // size * size, : width // size * size]
    return whole.reshape(batch, height // size, size, width // size, size, features)


@dataclass(frozen=True)
class MaxPool(Layer):
    """The largest value of each size x size window: (B, H, W, F) to (B, H // size, W // size, F)."""

    size: int = 2

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the pooled feature maps."""
        return jnp.max(_windows(inputs, self.size), axis=(2, 4))


@dataclass(frozen=True)
class AveragePool(Layer):
    """The mean of each size x size window: (B, H, W, F) to (B, H // size, W // size, F)."""

    size: int = 2

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the pooled feature maps."""
        return jnp.mean(_windows(inputs, self.size), axis=(2, 4))


@dataclass(frozen=True)
class GlobalAveragePool(Layer):
    """The mean over all places (or steps): (B, ..., F) to (B, F)."""

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return one number per feature."""
        return jnp.mean(inputs, axis=tuple(range(1, inputs.ndim - 1)))
