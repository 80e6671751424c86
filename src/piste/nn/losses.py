"""Losses: one number per example, from the network's raw outputs and the target.

A loss is any function `(outputs, targets) -> (B,)`; those here are frozen dataclasses so that they have settings
and a JSON form. The empirical loss of a split is the mean over its examples. All work on logits and are stable:
no probability is formed before its logarithm is taken.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError

Loss = Callable[[jax.Array, jax.Array], jax.Array]


@dataclass(frozen=True)
class CrossEntropy:
    """Softmax cross-entropy: logits (B, C) against classes int (B,) or probabilities (B, C).

    `-sum_c q_c log softmax(z)_c` with `q = (1 - smoothing) onehot + smoothing / C` (Szegedy et al. 2016, sec. 7).
    """

    smoothing: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.smoothing < 1.0:
            raise SettingError(f"Label smoothing must be in [0, 1). Got {self.smoothing!r} instead.")

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in nats."""
        logs = jax.nn.log_softmax(outputs)
        if targets.ndim == outputs.ndim:
            picked = jnp.sum(targets * logs, axis=-1)
        else:
            # A comparison instead of a gather: cheaper in a compiled loop for the usual number of classes.
            hot = targets[..., None] == jnp.arange(outputs.shape[-1])
            picked = jnp.sum(jnp.where(hot, logs, 0.0), axis=-1)
        if self.smoothing == 0.0:
            return -picked
        return -(1.0 - self.smoothing) * picked - self.smoothing * jnp.mean(logs, axis=-1)


@dataclass(frozen=True)
class BinaryCrossEntropy:
    """Sigmoid cross-entropy, the mean over K outputs: logits (B, K) against 0/1 targets (B, K).

    `max(z, 0) - z t + log(1 + exp(-|z|))`.
    """

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in nats per output."""
        values = jnp.maximum(outputs, 0) - outputs * targets + jnp.log1p(jnp.exp(-jnp.abs(outputs)))
        return jnp.mean(values, axis=-1)


@dataclass(frozen=True)
class SquaredError:
    """Mean squared error over K outputs: (B, K) against (B, K)."""

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in squared units of the (standardised) target."""
        if outputs.shape != targets.shape:
            raise SettingError(
                f"The squared error needs outputs and targets of one shape. Got {outputs.shape} and {targets.shape}."
            )
        return jnp.mean(jnp.square(outputs - targets), axis=-1)


@dataclass(frozen=True)
class Huber:
    """Quadratic to `delta`, linear beyond (Huber 1964), the mean over K outputs: less pulled by outliers."""

    delta: float = 1.0

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example."""
        size = jnp.abs(outputs - targets)
        inside = jnp.minimum(size, self.delta)
        return jnp.mean(inside * (size - 0.5 * inside), axis=-1)
