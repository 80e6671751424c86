"""Sequences of unequal length in one array: how the end of each is marked."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.constraints import Checked
from piste.nn.layer import Context, Parameters


@dataclass(frozen=True)
class Ragged(Checked):
    """Mark the steps of (B, T, F) whose values are all NaN as filling, and give 0 in place of every NaN.

    A first layer: sequences come to it filled up with NaN, which no real step can be, and no later layer ever sees one.
    """

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the inputs without NaN."""
        if inputs.ndim != 3:
            raise SettingError(f"Ragged takes sequences of shape (steps, features). Got {inputs.shape[1:]} instead.")
        return jnp.where(jnp.isnan(inputs), jnp.zeros_like(inputs), inputs)

    def mask_after(self, inputs: jax.Array, outputs: jax.Array, mask: jax.Array | None) -> jax.Array | None:
        """Return true where a step holds a number."""
        real = ~jnp.all(jnp.isnan(inputs), axis=-1)
        return real if mask is None else mask & real
