"""Windows that slide over steps or places: where they start, what is padded, how many there are.

A window of `size` values `dilation` apart reaches over `dilation (size - 1) + 1` places. Along an axis of n places
with p zeros added there are `(n + p - reach) // stride + 1` of them.
"""

import math
from typing import Literal

import jax
import numpy as np

from piste.core.errors import SettingError

Edges = tuple[tuple[int, int], ...]  # places added before and after, per axis
Padding = Literal["same", "valid"] | int | tuple[int, ...]
StepPadding = Literal["same", "valid", "causal"] | int


def per_axis(name: str, value: int | tuple[int, ...], axes: int) -> tuple[int, ...]:
    """Return `value` once per axis; raises `SettingError` when a tuple has another length."""
    values = (value,) * axes if isinstance(value, int) else tuple(value)
    if len(values) != axes:
        raise SettingError(f"The '{name}' setting must have one number per axis, {axes}. Got {value!r} instead.")
    return values


def reaches(size: tuple[int, ...], dilation: tuple[int, ...]) -> tuple[int, ...]:
    """Return how many places one window covers along each axis."""
    return tuple(step * (width - 1) + 1 for width, step in zip(size, dilation, strict=True))


def edges(
    padding: Padding | StepPadding, shape: tuple[int, ...], reach: tuple[int, ...], stride: tuple[int, ...]
) -> Edges:
    """Return the padding of each axis.

    "valid" adds none; "same" makes outputs = ceil(inputs / stride), the odd place after; "causal" adds all before,
    so that no output sees a later step; a number adds that many on both sides. Raises `SettingError` where not one
    window fits.
    """
    if padding == "valid":
        pads: Edges = ((0, 0),) * len(shape)
    elif padding == "causal":
        pads = tuple((width - 1, 0) for width in reach)
    elif padding == "same":
        totals = [
            max((math.ceil(n / step) - 1) * step + width - n, 0)
            for n, width, step in zip(shape, reach, stride, strict=True)
        ]
        pads = tuple((total // 2, total - total // 2) for total in totals)
    else:
        pads = tuple((number, number) for number in per_axis("padding", padding, len(shape)))
    for n, width, (before, after) in zip(shape, reach, pads, strict=True):
        if before < 0 or after < 0:
            raise SettingError(f"The 'padding' setting must not be negative. Got {padding!r} instead.")
        if n + before + after < width:
            raise SettingError(
                f"A window of {width} does not fit {n} places with padding {padding!r}; make it smaller."
            )
    return pads


def counts(shape: tuple[int, ...], pads: Edges, reach: tuple[int, ...], stride: tuple[int, ...]) -> tuple[int, ...]:
    """Return the number of windows along each axis."""
    return tuple(
        (n + before + after - width) // step + 1
        for n, (before, after), width, step in zip(shape, pads, reach, stride, strict=True)
    )


def window_mask(mask: jax.Array, padding: Padding | StepPadding, reach: int, stride: int) -> jax.Array:
    """Return the mask (B, T') of the windows over steps masked by (B, T).

    A window is real where the sequence alone, without the steps that only fill the batch, would have it.
    """
    steps = mask.shape[1]
    pads = edges(padding, (steps,), (reach,), (stride,))
    (number,) = counts((steps,), pads, (reach,), (stride,))
    needed = 0 if padding == "same" else reach - 1 - sum(pads[0])
    return mask[:, np.maximum(np.arange(number) * stride + needed, 0)]
