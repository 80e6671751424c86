"""Pictures mirrored: right where left and right mean the same, wrong for digits and letters."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import jax
import jax.numpy as jnp

from piste.nn.augment.augmentation import PICTURE, Augmentation
from piste.nn.augment.draws import whole
from piste.nn.augment.shift import picked


@dataclass(frozen=True)
class Flip(Augmentation):
    """Mirror each picture (B, H, W, C) with probability 1/2; with "both", left-right and top-bottom by themselves."""

    name: ClassVar[str] = "flip"
    ranks: ClassVar[tuple[int, ...]] = PICTURE

    way: Literal["horizontal", "vertical", "both"] = "horizontal"

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the mirrored pictures and the same targets."""
        axes = {"horizontal": (2,), "vertical": (1,), "both": (1, 2)}[self.way]
        mirrored = whole(key, (len(axes), len(inputs), 1), 2) == 1
        for index, axis in enumerate(axes):
            # A gather with turned indices: reversing and choosing is several times slower in a loop on a CPU.
            places = jnp.arange(inputs.shape[axis])[None, :]
            inputs = picked(inputs, jnp.where(mirrored[index], places[:, ::-1], places), axis)
        return inputs, targets
