"""Losses of K yes-or-no labels: logits (B, K) against targets 0 or 1 (B, K), the mean over the labels."""

from dataclasses import dataclass
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.settings import Range
from piste.nn.losses.loss import StandardLoss, Values, check_shapes
from piste.nn.traced import is_known


class LabelLoss(StandardLoss):
    """A loss whose best constant answer is, or is near, the log odds of each label."""

    def best_constant(self, targets: NDArray[Any], outputs: int, weights: Values) -> Values:
        """Return the log odds of each label (K,), one example added to each side so that none is infinite."""
        scaled = weights * (len(weights) / max(weights.sum(), np.finfo(np.float64).tiny))
        present = scaled @ np.asarray(targets, np.float64).reshape(len(targets), outputs) + 1.0
        return np.log(present / (scaled.sum() + 2.0 - present))


@dataclass(frozen=True)
class BinaryCrossEntropy(LabelLoss):
    """Sigmoid cross-entropy: `max(z, 0) - z t + log(1 + exp(-|z|))`.

    A label that is present counts `positive` times.
    """

    positive: Annotated[float, Range(0, low_open=True)] = 1.0

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in nats per label."""
        check_shapes(self, outputs, targets)
        values = jnp.maximum(outputs, 0) - outputs * targets + jnp.log1p(jnp.exp(-jnp.abs(outputs)))
        if not is_known(self.positive) or self.positive != 1.0:
            values = values * jnp.where(targets > 0.5, self.positive, 1.0)
        return jnp.mean(values, axis=-1)


@dataclass(frozen=True)
class BinaryFocal(LabelLoss):
    """`-a (1 - p)^gamma log p` with p the probability given to what is true (Lin et al. 2017, eq. 5).

    `a` is `alpha` for a label that is present and `1 - alpha` for one that is absent; None weighs both by 1.
    """

    gamma: Annotated[float, Range(0)] = 2.0
    alpha: Annotated[float, Range(0, 1)] | None = None

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in nats per label."""
        check_shapes(self, outputs, targets)
        signed = jnp.where(targets > 0.5, outputs, -outputs)
        values = -jnp.exp(self.gamma * jax.nn.log_sigmoid(-signed)) * jax.nn.log_sigmoid(signed)
        if self.alpha is not None:
            values = values * jnp.where(targets > 0.5, self.alpha, 1.0 - self.alpha)
        return jnp.mean(values, axis=-1)
