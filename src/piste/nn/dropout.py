"""Dropout: units silenced at random while training, scaled so that expectations agree (Srivastava et al. 2014)."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.nn.layer import Context, Layer, Parameters


@dataclass(frozen=True)
class Dropout(Layer):
    """Keep each input with probability `keep`, divided by `keep`; the identity outside training.

    Draws one number per input from the context's key (the key must be given when training).
    """

    keep: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 < self.keep <= 1.0:
            raise SettingError(f"Dropout's keep probability must be in (0, 1]. Got {self.keep!r} instead.")

    def __call__(self, parameters: Parameters, inputs: jax.Array, context: Context) -> jax.Array:
        """Return the thinned inputs, of the same shape."""
        if not context.training or self.keep == 1.0:
            return inputs
        if context.key is None:
            raise SettingError("Dropout needs a random key while training: give Context(training=True, key=...).")
        # 16 random bits a unit are half the work of 32, and move the probability by less than 1e-5.
        bits = jax.random.bits(context.key, inputs.shape, jnp.uint16)
        kept = bits < round(self.keep * 65536)
        return jnp.where(kept, inputs / self.keep, jnp.zeros_like(inputs))
