"""Pooling: neighbouring steps of a sequence or places of a feature map summed up in one.

All layers here take sequences (B, T, F) and pictures (B, H, W, F) alike. Masked steps take no part.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jax import lax

from piste.core.errors import SettingError
from piste.nn.constraints import Checked, Counts
from piste.nn.layer import Context, Layer, Parameters
from piste.nn.windows import Edges, Padding, counts, edges, per_axis, window_mask

Merge = Callable[[jax.Array, jax.Array], jax.Array]


@dataclass(frozen=True)
class _Pool(Checked):
    """Windows of `size`, `stride` apart (by default as far as they are long), one number or one per axis.

    `padding` "valid" uses whole windows only, "same" gives ceil(inputs / stride) of them, a number adds that many
    places on each side; added places never count.
    """

    size: Counts = 2
    stride: Counts | None = None
    padding: Padding = "valid"

    def mask_after(self, inputs: jax.Array, outputs: jax.Array, mask: jax.Array | None) -> jax.Array | None:
        """Return the mask of the windows."""
        if mask is None or inputs.ndim != 3:
            return None
        (size,), (stride,) = self._windows(1)
        return window_mask(mask, self.padding, size, stride)

    def _windows(self, axes: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        size = per_axis("size", self.size, axes)
        return size, size if self.stride is None else per_axis("stride", self.stride, axes)

    def _geometry(self, inputs: jax.Array) -> tuple[tuple[int, ...], tuple[int, ...], Edges]:
        if inputs.ndim not in (3, 4):
            name = type(self).__name__
            raise SettingError(f"{name} takes sequences (T, F) or pictures (H, W, F). Got {inputs.shape[1:]} instead.")
        size, stride = self._windows(inputs.ndim - 2)
        return size, stride, edges(self.padding, inputs.shape[1:-1], size, stride)


@dataclass(frozen=True)
class MaxPool(_Pool):
    """The largest value of each window: (B, H, W, F) to (B, H', W', F), or (B, T, F) to (B, T', F).

    Windows of `size`, `stride` apart (by default as far as they are long), one number or one per axis. `padding`
    "valid" uses whole windows only, "same" gives ceil(inputs / stride) of them, a number adds that many places on
    each side; added places never win. A tie shares the gradient.
    """

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the pooled maps."""
        size, stride, pads = self._geometry(inputs)
        lowest = -jnp.inf if context.mask is not None else None
        if lowest is not None and inputs.ndim == 3:
            inputs = jnp.where(context.mask[:, :, None], inputs, lowest)  # type: ignore[index]
        outputs = _pool(inputs, size, stride, pads, jnp.maximum, -jnp.inf)
        # A window without one real step must not bring infinity into what follows, even where it is masked.
        return outputs if lowest is None else jnp.where(outputs == lowest, 0, outputs)


@dataclass(frozen=True)
class AveragePool(_Pool):
    """The mean of each window: (B, H, W, F) to (B, H', W', F), or (B, T, F) to (B, T', F).

    Windows of `size`, `stride` apart (by default as far as they are long), one number or one per axis. `padding`
    "valid" uses whole windows only, "same" gives ceil(inputs / stride) of them, a number adds that many places on
    each side; the mean is over the places that are real.
    """

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the pooled maps."""
        size, stride, pads = self._geometry(inputs)
        real = jnp.ones((1, *inputs.shape[1:-1], 1), inputs.dtype)
        if context.mask is not None and inputs.ndim == 3:
            real = context.mask[:, :, None].astype(inputs.dtype)
            inputs = jnp.where(real > 0, inputs, 0)
        total = _pool(inputs, size, stride, pads, jnp.add, 0)
        return total / jnp.maximum(_pool(real, size, stride, pads, jnp.add, 0), 1)


def _pool(
    inputs: jax.Array, size: tuple[int, ...], stride: tuple[int, ...], pads: Edges, merge: Merge, neutral: float
) -> jax.Array:
    # One axis after the other, each by slices or a reshape: the gradient of the compiler's sliding window is a
    # scatter, many times slower on a CPU.
    numbers = counts(inputs.shape[1:-1], pads, size, stride)
    for axis, (width, step, pad, number) in enumerate(zip(size, stride, pads, numbers, strict=True), start=1):
        inputs = _pool_axis(inputs, axis, width, step, pad, number, merge, neutral)
    return inputs


def _pool_axis(
    inputs: jax.Array, axis: int, width: int, step: int, pad: tuple[int, int], number: int, merge: Merge, neutral: float
) -> jax.Array:
    if pad != (0, 0):
        widths = [pad if index == axis else (0, 0) for index in range(inputs.ndim)]
        inputs = jnp.pad(inputs, widths, constant_values=neutral)
    if width == step:
        whole = lax.slice_in_dim(inputs, 0, number * width, axis=axis)
        split = whole.reshape(*inputs.shape[:axis], number, width, *inputs.shape[axis + 1 :])
        reduce = jnp.max if merge is jnp.maximum else jnp.sum
        return reduce(split, axis=axis + 1)
    reach = (number - 1) * step + 1
    pooled = lax.slice_in_dim(inputs, 0, reach, step, axis)
    for start in range(1, width):
        pooled = merge(pooled, lax.slice_in_dim(inputs, start, start + reach, step, axis))
    return pooled


def _step_mask(inputs: jax.Array, context: Context) -> jax.Array | None:
    return context.mask[:, :, None] if context.mask is not None and inputs.ndim == 3 else None


@dataclass(frozen=True)
class GlobalAveragePool(Layer):
    """The mean over all places (or real steps): (B, ..., F) to (B, F); zero where no step is real."""

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return one number per feature."""
        mask = _step_mask(inputs, context)
        if mask is None:
            return jnp.mean(inputs, axis=tuple(range(1, inputs.ndim - 1)))
        real = jnp.maximum(jnp.sum(mask, axis=1), 1).astype(inputs.dtype)
        return jnp.sum(jnp.where(mask, inputs, 0), axis=1) / real


@dataclass(frozen=True)
class GlobalMaxPool(Layer):
    """The largest value over all places (or real steps): (B, ..., F) to (B, F); zero where no step is real."""

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return one number per feature."""
        mask = _step_mask(inputs, context)
        if mask is None:
            return jnp.max(inputs, axis=tuple(range(1, inputs.ndim - 1)))
        largest = jnp.max(jnp.where(mask, inputs, -jnp.inf), axis=1)
        return jnp.where(jnp.any(mask, axis=1), largest, 0)


@dataclass(frozen=True)
class LastStep(Layer):
    """The last real step of a sequence: (B, T, F) to (B, F); zero where no step is real.

    What a causal network knows there it knows from the whole sequence (as Radford et al. 2018, sec. 3.2, read it out).
    """

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return one number per feature."""
        if inputs.ndim != 3:
            raise SettingError(f"LastStep takes sequences of shape (steps, features). Got {inputs.shape[1:]} instead.")
        if context.mask is None:
            return inputs[:, -1]
        steps = jnp.arange(inputs.shape[1])
        last = jnp.max(jnp.where(context.mask, steps, -1), axis=1, keepdims=True)
        return jnp.sum(jnp.where((steps == last)[:, :, None], inputs, 0), axis=1)
