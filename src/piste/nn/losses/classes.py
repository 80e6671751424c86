"""Losses of one class out of C: logits or scores (B, C) against classes int (B,), or probabilities (B, C)."""

from dataclasses import dataclass
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import xlogy
from numpy.typing import NDArray

from piste.core.settings import Range
from piste.nn.losses.loss import StandardLoss, Values, check_shapes
from piste.nn.traced import is_off


class ClassLoss(StandardLoss):
    """A loss whose best constant answer is, or is near, the logarithm of each class's share."""

    def best_constant(self, targets: NDArray[Any], outputs: int, weights: Values) -> Values:
        """Return the log of each class's share (C,), one example added to each so that none is infinite."""
        if targets.ndim == 2:
            counts: Values = weights @ np.asarray(targets, np.float64)
        else:
            counts = np.bincount(np.asarray(targets, np.int64), weights, minlength=outputs).astype(np.float64)
        # Weights count as examples whatever their scale is.
        counts = counts * (len(weights) / max(weights.sum(), np.finfo(np.float64).tiny)) + 1.0
        return np.log(counts / counts.sum())


def one_hot(classes: jax.Array, outputs: jax.Array) -> jax.Array:
    """Return where `outputs` (..., C) belong to `classes` (...): a comparison is cheaper in a loop than a gather."""
    return classes[..., None] == jnp.arange(outputs.shape[-1])


@dataclass(frozen=True)
class CrossEntropy(ClassLoss):
    """Softmax cross-entropy.

    `-sum_c q_c log softmax(z)_c` with `q = (1 - smoothing) onehot + smoothing / C` (Szegedy et al. 2016, sec. 7).
    """

    smoothing: Annotated[float, Range(0, 1, high_open=True)] = 0.0

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in nats."""
        logs = jax.nn.log_softmax(outputs)
        if targets.ndim == outputs.ndim:
            picked = jnp.sum(targets * logs, axis=-1)
        else:
            picked = jnp.sum(jnp.where(one_hot(targets, outputs), logs, 0.0), axis=-1)
        if is_off(self.smoothing):
            return -picked
        return -(1.0 - self.smoothing) * picked - self.smoothing * jnp.mean(logs, axis=-1)

    def best_constant(self, targets: NDArray[Any], outputs: int, weights: Values) -> Values:
        """Return the log of each class's share (C,), smoothed as the targets are."""
        shares = np.exp(super().best_constant(targets, outputs, weights))
        return np.log((1.0 - self.smoothing) * shares + self.smoothing / outputs)


@dataclass(frozen=True)
class Focal(ClassLoss):
    """Cross-entropy that counts what is already right for little: `-(1 - p)^gamma log p` of the true class's p.

    Lin et al. 2017, eq. 4, for softmax outputs and classes (B,). Gamma 0 is the cross-entropy.
    """

    gamma: Annotated[float, Range(0)] = 2.0

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in nats."""
        hot = one_hot(targets, outputs)
        log = jnp.sum(jnp.where(hot, jax.nn.log_softmax(outputs), 0.0), axis=-1)
        # log(1 - p) from the other classes' logits: 1 - exp(log p) would lose all digits where p is near 1.
        rest = jax.nn.logsumexp(jnp.where(hot, -jnp.inf, outputs), axis=-1) - jax.nn.logsumexp(outputs, axis=-1)
        return -jnp.exp(self.gamma * rest) * log


@dataclass(frozen=True)
class Hinge(ClassLoss):
    """Every wrong class must stay `margin` below the true one: `sum_{c != t} max(0, margin - z_t + z_c) / C`.

    Weston & Watkins 1999, divided by the number of classes. Outputs are scores, not logits: their softmax is no
    calibrated probability.
    """

    margin: Annotated[float, Range(0, low_open=True)] = 1.0

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in units of the scores."""
        return jnp.mean(_shortfalls(outputs, targets, self.margin), axis=-1)


@dataclass(frozen=True)
class SquaredHinge(ClassLoss):
    """`Hinge` with every shortfall squared: smooth at the margin, harder on far mistakes."""

    margin: Annotated[float, Range(0, low_open=True)] = 1.0

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in squared units of the scores."""
        return jnp.mean(jnp.square(_shortfalls(outputs, targets, self.margin)), axis=-1)


@dataclass(frozen=True)
class KullbackLeibler(ClassLoss):
    """`sum_c q_c (log q_c - log softmax(z)_c)` against probabilities q (B, C): 0 where both agree.

    Its gradient is the cross-entropy's; the target's entropy is taken off.
    """

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the divergence of each example, in nats."""
        check_shapes(self, outputs, targets)
        return jnp.sum(xlogy(targets, targets) - targets * jax.nn.log_softmax(outputs), axis=-1)


def _shortfalls(outputs: jax.Array, targets: jax.Array, margin: float) -> jax.Array:
    hot = one_hot(targets, outputs)
    true = jnp.sum(jnp.where(hot, outputs, 0.0), axis=-1, keepdims=True)
    return jnp.where(hot, 0.0, jnp.maximum(0.0, margin - true + outputs))
