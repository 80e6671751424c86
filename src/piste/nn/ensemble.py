"""Several networks as one: their answers are averaged."""

import math
from dataclasses import dataclass
from typing import Literal

import jax
import jax.numpy as jnp

from piste.nn.branches import Branches, _alike


@dataclass(frozen=True)
class Ensemble(Branches):
    """The mean answer of `layers`, each a whole network: of probabilities, given as logits again.

    `of` says what the outputs are: logits of "classes", of which one is true, of "labels", each for itself, or
    "numbers". The negative log-likelihood of mean probabilities is never above the networks' mean one (Jensen).
    """

    of: Literal["classes", "labels", "numbers"] = "classes"

    def join(self, outputs: list[jax.Array]) -> jax.Array:
        """Return the logits of the mean probabilities, or the mean number."""
        stacked = jnp.stack(_alike(self, outputs))
        if self.of == "numbers":
            return jnp.mean(stacked, axis=0)
        if self.of == "labels":
            return _log_mean(jax.nn.log_sigmoid(stacked)) - _log_mean(jax.nn.log_sigmoid(-stacked))
        return _log_mean(jax.nn.log_softmax(stacked, axis=-1))


def _log_mean(logarithms: jax.Array) -> jax.Array:
    """Return the logarithm of the mean over the first axis of what `logarithms` are of."""
    return jax.nn.logsumexp(logarithms, axis=0) - math.log(logarithms.shape[0])
