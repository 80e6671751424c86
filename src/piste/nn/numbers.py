"""Numbers of a table as vectors, so that a network can bend each of them where it likes."""

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.constraints import Checked, Count, Positive
from piste.nn.initialisers import he_normal
from piste.nn.layer import Context, Parameters, Shape


@dataclass(frozen=True)
class NumberEmbedding(Checked):
    """Each feature as `width` numbers: (B, F) to (B, F width) (Gorishniy et al. 2022, "PLR", sec. 3.3 and 3.4):

    `relu(W_f [sin(2 pi c_f x), cos(2 pi c_f x)] + b_f)` with `frequencies` learned c_f and weights for each feature
    f. The c_f start normal with `deviation`, the setting that matters most: larger for wilder dependence. Weights:
    frequency (F, frequencies), weight (F, 2 frequencies, width), bias (F, width).
    """

    width: Count = 8
    frequencies: Count = 16
    deviation: Positive = 0.1

    def init(self, key: jax.Array, shape: Shape) -> Parameters:
        """Return the frequencies and weights, the bias zero."""
        if len(shape) != 1:
            raise SettingError(f"NumberEmbedding takes rows of a table (features). Got {tuple(shape)} instead.")
        first, second = jax.random.split(key)
        # One unit sees the waves of its own feature alone: its fan-in is 2 frequencies, whatever F is.
        weight = he_normal(second, (2 * self.frequencies, shape[0] * self.width))
        return {
            "frequency": self.deviation * jax.random.normal(first, (shape[0], self.frequencies), jnp.float32),
            "weight": weight.reshape(2 * self.frequencies, shape[0], self.width).swapaxes(0, 1),
            "bias": jnp.zeros((shape[0], self.width), jnp.float32),
        }

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the vectors of all features side by side."""
        angles = 2 * math.pi * inputs[..., None] * parameters["frequency"]
        waves = jnp.concatenate([jnp.sin(angles), jnp.cos(angles)], axis=-1)
        vectors = jnp.einsum("bfk,fkw->bfw", waves, parameters["weight"]) + parameters["bias"]
        return jax.nn.relu(vectors).reshape(inputs.shape[0], -1)
