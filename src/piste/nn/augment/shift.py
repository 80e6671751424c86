"""Pictures moved by whole pixels: what a picture shows does not depend on where in it that stands."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import jax
import jax.numpy as jnp

from piste.core.settings import Range
from piste.nn.augment.augmentation import PICTURE, Augmentation, channel_mean, stored_as
from piste.nn.augment.draws import whole

Fill = Literal["edge", "mean"]


@dataclass(frozen=True)
class Shift(Augmentation):
    """Move each picture (B, H, W, C) by up to `pixels` down or up and right or left, all moves alike.

    What comes in is the outermost row or column repeated ("edge"), or the channels' `mean` (the batch's own where
    it is empty). The same as padding by `pixels` and cutting out a window of the old size. Exact for any dtype.
    """

    name: ClassVar[str] = "shift"
    ranks: ClassVar[tuple[int, ...]] = PICTURE

    pixels: Annotated[int, Range(1, 1000)] = 2
    fill: Fill = "edge"
    mean: tuple[float, ...] = ()

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the moved pictures and the same targets."""
        count, height, width, _ = inputs.shape
        moves = whole(key, (2, count, 1), 2 * self.pixels + 1) - self.pixels
        rows = jnp.arange(height)[None, :] + moves[0]
        columns = jnp.arange(width)[None, :] + moves[1]
        # Two gathers of whole rows and columns: a fifth of the time of one gather of pixels.
        moved = picked(inputs, jnp.clip(rows, 0, height - 1), 1)
        moved = picked(moved, jnp.clip(columns, 0, width - 1), 2)
        if self.fill == "edge":
            return moved, targets
        inside = _within(rows, height)[:, :, None, None] & _within(columns, width)[:, None, :, None]
        mean = stored_as(channel_mean(inputs, self.mean), inputs)
        return jnp.where(inside, moved, mean[None, None, None, :]), targets


def picked(inputs: jax.Array, places: jax.Array, axis: int) -> jax.Array:
    """Return the `places` (B, N) along `axis` of each example."""
    shape = [1] * inputs.ndim
    shape[0], shape[axis] = places.shape
    return jnp.take_along_axis(inputs, places.reshape(shape), axis, mode="promise_in_bounds")


def _within(places: jax.Array, length: int) -> jax.Array:
    return (places >= 0) & (places < length)
