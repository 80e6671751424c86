"""Pictures in another light: brighter or darker, with more or less contrast and colour."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp

from piste.core.settings import Range
from piste.nn.augment.augmentation import PICTURE, Augmentation, as_floats, stored_as
from piste.nn.augment.draws import about
from piste.nn.traced import is_off

Strength = Annotated[float, Range(0.0, 1.0)]


@dataclass(frozen=True)
class ColourJitter(Augmentation):
    """Multiply brightness, contrast and saturation of each picture (B, H, W, C) by factors about 1.

    Each factor is uniform from `1 - strength` to `1 + strength`: saturation scales the distance from each pixel's mean
    over the channels (nothing for grey pictures), contrast that from the picture's mean, brightness all.
    """

    name: ClassVar[str] = "colour"
    ranks: ClassVar[tuple[int, ...]] = PICTURE

    brightness: Strength = 0.2
    contrast: Strength = 0.2
    saturation: Strength = 0.2

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the pictures in another light and the same targets."""
        draws = 1.0 + about(key, (3, len(inputs), 1, 1, 1), 1.0) * jnp.asarray(
            [self.brightness, self.contrast, self.saturation], jnp.float32
        ).reshape(3, 1, 1, 1, 1)
        values = as_floats(inputs)
        middle = jnp.mean(values, (1, 2, 3), keepdims=True)
        if inputs.shape[-1] > 1 and not is_off(self.saturation):
            grey = jnp.mean(values, 3, keepdims=True)
            values = grey + draws[2] * (values - grey)
        return stored_as(draws[0] * (middle + draws[1] * (values - middle)), inputs), targets
