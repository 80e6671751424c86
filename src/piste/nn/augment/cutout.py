"""Pictures with a box hidden: no part of them alone may decide."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp

from piste.core.settings import Range
from piste.nn.augment.augmentation import PICTURE, Augmentation, channel_mean, stored_as
from piste.nn.augment.draws import whole


@dataclass(frozen=True)
class Cutout(Augmentation):
    """Cover a box of each picture (B, H, W, C) with the channels' `mean`, the batch's own where it is empty.

    The box has the share `size` of each side, and its middle is any pixel, so it may reach out of the picture
    (DeVries & Taylor 2017).
    """

    name: ClassVar[str] = "cutout"
    ranks: ClassVar[tuple[int, ...]] = PICTURE

    size: Annotated[float, Range(0.0, 1.0, low_open=True)] = 0.3
    mean: tuple[float, ...] = ()

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the pictures with their boxes covered, and the same targets."""
        rows, columns = boxes(key, inputs.shape, jnp.full((len(inputs), 1), self.size, jnp.float32))
        hidden = rows[:, :, None, None] & columns[:, None, :, None]
        mean = stored_as(channel_mean(inputs, self.mean), inputs)
        return jnp.where(hidden, mean[None, None, None, :], inputs), targets


def boxes(key: jax.Array, shape: tuple[int, ...], size: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return which rows (B, H) and columns (B, W) a box at random covers; its sides are the share `size` (B, 1).

    Sides are rounded to whole pixels; the middle is uniform over the picture.
    """
    count, height, width, _ = shape
    row_key, column_key = jax.random.split(key)
    return (
        _stretch(whole(row_key, (count, 1), height), size, height),
        _stretch(whole(column_key, (count, 1), width), size, width),
    )


def _stretch(middle: jax.Array, size: jax.Array, length: int) -> jax.Array:
    side = jnp.round(size * length).astype(jnp.int32)
    first = middle - side // 2
    places = jnp.arange(length)[None, :]
    return (places >= first) & (places < first + side)
