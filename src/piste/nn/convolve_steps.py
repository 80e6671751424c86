"""Convolution of sequences as one matrix product over their windows: on a CPU faster than as pictures one row high."""

import jax
import jax.numpy as jnp

from piste.nn.grouped import convolve_any

# Values of all windows together; above it the copies no longer fit the cache and the picture's way is as fast.
_WINDOW_VALUES = 1 << 22


def convolve_steps(
    inputs: jax.Array, weight: jax.Array, stride: int, pads: tuple[int, int], dilation: int = 1, groups: int = 1
) -> jax.Array:
    """Return the cross-correlation of inputs (B, T, F) with weight (t, F / groups, units): (B, T', units).

    `pads` zeros are put before and after the steps.
    """
    size, features, units = weight.shape
    count = (inputs.shape[1] + sum(pads) - dilation * (size - 1) - 1) // stride + 1
    if groups > 1 or inputs.shape[0] * count * size * features > _WINDOW_VALUES:
        as_pictures = (inputs[:, None], weight[None], (1, stride), ((0, 0), pads), (1, dilation), groups)
        return convolve_any(*as_pictures)[:, 0]
    padded = jnp.pad(inputs, ((0, 0), pads, (0, 0)))
    starts = range(0, dilation * size, dilation)
    windows = [padded[:, start : start + (count - 1) * stride + 1 : stride] for start in starts]
    # Stacked, not concatenated: the compiler would make a product of its own of each part of a concatenation.
    rows = jnp.stack(windows, axis=2).reshape(-1, size * features)
    return (rows @ weight.reshape(-1, units)).reshape(-1, count, units)
