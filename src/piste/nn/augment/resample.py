"""Values between the pixels, by linear interpolation along one axis after the other."""

import jax
import jax.numpy as jnp
from jax import lax

_EXACT = lax.Precision.HIGHEST  # a GPU would otherwise round the weights to 10 bits


def weights(places: jax.Array, length: int, *, clipped: bool = True) -> jax.Array:
    """Return how much each of `length` pixels counts at each place: (B, N) to (B, N, length).

    Pixel i counts `max(0, 1 - |place - i|)`. Places outside take the edge when `clipped`; else they fade to nothing
    within one pixel.
    """
    inside = jnp.clip(places, 0.0, length - 1.0) if clipped else places
    return jnp.maximum(0.0, 1.0 - jnp.abs(inside[:, :, None] - jnp.arange(length, dtype=places.dtype)[None, None, :]))


def resampled(values: jax.Array, rows: jax.Array, columns: jax.Array) -> jax.Array:
    """Return float pictures (B, H, W, C) seen through weights (B, N, H) of rows and (B, M, W) of columns.

    Products of matrices: three times as fast as gathering two neighbours along each axis.
    """
    count, height, width, channels = values.shape
    lines = values.reshape(count, height, width * channels)
    seen = jnp.einsum("bnh,bhw->bnw", rows, lines, precision=_EXACT).reshape(count, -1, width, channels)
    return jnp.einsum("bmw,bnwc->bnmc", columns, seen, precision=_EXACT)


def centred(length: int) -> jax.Array:
    """Return the places of `length` pixels from the middle, (1, length)."""
    return (jnp.arange(length, dtype=jnp.float32) - (length - 1) / 2)[None, :]
