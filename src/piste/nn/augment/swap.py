"""Columns of a table taken from other examples: noise that keeps each column's own distribution."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.errors import SettingError
from piste.core.settings import Range
from piste.nn.augment.augmentation import COLUMNS, Augmentation
from piste.nn.draws import hashed
from piste.nn.traced import rounded


@dataclass(frozen=True)
class SwapNoise(Augmentation):
    """Replace each column of each example (B, F), with probability `share`, by that of an example of the batch.

    The idea of denoising auto-encoders for tables (Jahrer 2017). `groups` (F numbers) says which column each input
    comes from, so that the inputs of one category are swapped together; empty takes every input by itself.
    """

    name: ClassVar[str] = "swap"
    ranks: ClassVar[tuple[int, ...]] = COLUMNS

    share: Annotated[float, Range(0.0, 1.0, low_open=True)] = 0.1
    groups: tuple[int, ...] = ()

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the inputs with columns swapped, and the same targets."""
        count, features = inputs.shape
        if self.groups and len(self.groups) != features:
            raise SettingError(
                f"SwapNoise needs a group for each of {features} inputs. Got {len(self.groups)} instead."
            )
        columns = max(self.groups) + 1 if self.groups else features
        bits = hashed(key, (count, columns))
        swapped = (bits & 0xFFFF) < rounded(self.share * 65536)
        own = jnp.arange(count, dtype=jnp.int32)[:, None]
        # The upper 16 bits choose the example, in products that fit 32.
        other = (((bits >> 16) * jnp.uint32(min(count, 65536))) >> 16).astype(jnp.int32)
        rows = jnp.where(swapped, other, own)
        if self.groups:
            rows = rows[:, np.asarray(self.groups)]
        return jnp.take_along_axis(inputs, rows, 0, mode="promise_in_bounds"), targets
