"""Pictures made larger or smaller: what they show may stand near or far."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp

from piste.core.settings import Range
from piste.nn.augment.augmentation import PICTURE, Augmentation, as_floats, channel_mean, stored_as
from piste.nn.augment.draws import about, share
from piste.nn.augment.resample import centred, resampled, weights
from piste.nn.augment.shift import Fill


@dataclass(frozen=True)
class Scale(Augmentation):
    """Enlarge each picture (B, H, W, C) about its middle by a factor from `1 - strength` to `1 + strength`.

    Where a smaller picture leaves room, its edge goes on, or the channels' `mean` fills it.
    """

    name: ClassVar[str] = "scale"
    ranks: ClassVar[tuple[int, ...]] = PICTURE

    strength: Annotated[float, Range(0.0, 1.0, low_open=True, high_open=True)] = 0.1
    fill: Fill = "edge"
    mean: tuple[float, ...] = ()

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the scaled pictures and the same targets."""
        count, height, width, _ = inputs.shape
        factor = 1.0 + about(key, (count, 1), self.strength)
        clipped = self.fill == "edge"
        rows = weights(centred(height) / factor + (height - 1) / 2, height, clipped=clipped)
        columns = weights(centred(width) / factor + (width - 1) / 2, width, clipped=clipped)
        values = resampled(as_floats(inputs), rows, columns)
        if not clipped:
            inside = jnp.sum(rows, 2)[:, :, None, None] * jnp.sum(columns, 2)[:, None, :, None]
            values = values + (1.0 - inside) * channel_mean(inputs, self.mean)[None, None, None, :]
        return stored_as(values, inputs), targets


@dataclass(frozen=True)
class Crop(Augmentation):
    """Cut a window out of each picture (B, H, W, C) and enlarge it to the picture's size.

    The window's sides are a share of the picture's, uniform from `smallest` to 1, and it lies anywhere inside. The
    idea of Szegedy et al. 2015, with the sides' ratio kept.
    """

    name: ClassVar[str] = "crop"
    ranks: ClassVar[tuple[int, ...]] = PICTURE

    smallest: Annotated[float, Range(0.0, 1.0, low_open=True, high_open=True)] = 0.8

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the windows at the pictures' size and the same targets."""
        count, height, width, _ = inputs.shape
        draws = share(key, (3, count, 1))
        part = self.smallest + (1.0 - self.smallest) * draws[0]
        rows = window(height, part, draws[1])
        columns = window(width, part, draws[2])
        return stored_as(resampled(as_floats(inputs), rows, columns), inputs), targets


def window(length: int, part: jax.Array, start: jax.Array) -> jax.Array:
    """Return the weights (B, length, length) that stretch a `part` (B, 1) of an axis over all of it.

    `start` (B, 1), 0 to 1, is where it lies: 0 at the beginning, 1 at the end.
    """
    places = (jnp.arange(length, dtype=jnp.float32)[None, :] + start * (length - 1) * (1.0 / part - 1.0)) * part
    return weights(places, length)
