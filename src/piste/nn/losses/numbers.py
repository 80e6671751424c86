"""Losses of K numbers: outputs (B, K) against targets (B, K), the mean over the outputs unless said otherwise.

With e = output - target. The recipe standardises targets, so units there are standard deviations.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.settings import Range
from piste.nn.losses.loss import StandardLoss, Values, check_shapes

_ROUNDS = 50  # of reweighting; the answer is a starting point, so a few digits do


class NumberLoss(StandardLoss):
    """A loss of numbers whose best constant answer is the mean, unless a subclass says otherwise."""

    def best_constant(self, targets: NDArray[Any], outputs: int, weights: Values) -> Values:
        """Return the mean of each target (K,)."""
        return _mean(_columns(targets), weights)


@dataclass(frozen=True)
class SquaredError(NumberLoss):
    """Mean squared error, `e^2`."""

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in squared units of the target."""
        check_shapes(self, outputs, targets)
        return jnp.mean(jnp.square(outputs - targets), axis=-1)


@dataclass(frozen=True)
class SumOfSquares(NumberLoss):
    """Sum of squared errors over the outputs, `sum e^2`: the same minimum, with K times the gradient."""

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in squared units of the target."""
        check_shapes(self, outputs, targets)
        return jnp.sum(jnp.square(outputs - targets), axis=-1)


@dataclass(frozen=True)
class AbsoluteError(NumberLoss):
    """Mean absolute error, `|e|`: leads to the median, which outliers do not move."""

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in units of the target."""
        check_shapes(self, outputs, targets)
        return jnp.mean(jnp.abs(outputs - targets), axis=-1)

    def best_constant(self, targets: NDArray[Any], outputs: int, weights: Values) -> Values:
        """Return the median of each target (K,)."""
        return _quantiles(_columns(targets), weights, 0.5)


@dataclass(frozen=True)
class Huber(NumberLoss):
    """`e^2 / 2` up to `delta`, `delta (|e| - delta / 2)` beyond (Huber 1964): less pulled by outliers."""

    delta: Annotated[float, Range(0, low_open=True)] = 1.0

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in squared units of the target."""
        check_shapes(self, outputs, targets)
        size = jnp.abs(outputs - targets)
        inside = jnp.minimum(size, self.delta)
        return jnp.mean(inside * (size - 0.5 * inside), axis=-1)

    def best_constant(self, targets: NDArray[Any], outputs: int, weights: Values) -> Values:
        """Return Huber's estimate of location of each target (K,)."""
        return _reweighted(_columns(targets), weights, lambda size: np.minimum(1.0, self.delta / size))


@dataclass(frozen=True)
class LogCosh(NumberLoss):
    """`log cosh e`: `e^2 / 2` near 0, `|e| - log 2` far away, smooth everywhere."""

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example."""
        check_shapes(self, outputs, targets)
        size = jnp.abs(outputs - targets)
        return jnp.mean(size + jnp.log1p(jnp.exp(-2.0 * size)) - np.log(2.0), axis=-1)

    def best_constant(self, targets: NDArray[Any], outputs: int, weights: Values) -> Values:
        """Return the value of least mean `log cosh` for each target (K,)."""
        return _reweighted(_columns(targets), weights, lambda size: np.tanh(size) / size)


@dataclass(frozen=True)
class Quantile(NumberLoss):
    """Pinball loss, `max(q (t - o), (q - 1) (t - o))` (Koenker & Bassett 1978): leads to the quantile `level` = q."""

    level: Annotated[float, Range(0, 1, low_open=True, high_open=True)] = 0.5

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in units of the target."""
        check_shapes(self, outputs, targets)
        error = targets - outputs
        return jnp.mean(jnp.maximum(self.level * error, (self.level - 1.0) * error), axis=-1)

    def best_constant(self, targets: NDArray[Any], outputs: int, weights: Values) -> Values:
        """Return the quantile of each target (K,)."""
        return _quantiles(_columns(targets), weights, self.level)


@dataclass(frozen=True)
class Poisson(NumberLoss):
    """Negative log likelihood of counts, `exp(o) - t o`, for outputs that are the logarithm of the expected count.

    The term of the target alone, log t!, is left out. Targets of at least 0, not standardised.
    """

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, in nats up to a constant."""
        check_shapes(self, outputs, targets)
        return jnp.mean(jnp.exp(outputs) - targets * outputs, axis=-1)

    def best_constant(self, targets: NDArray[Any], outputs: int, weights: Values) -> Values:
        """Return the logarithm of the mean of each target (K,)."""
        return np.log(np.maximum(_mean(_columns(targets), weights), 1e-6))


@dataclass(frozen=True)
class Cosine(NumberLoss):
    """`1 - o.t / (|o| |t|)` over the K outputs: only the direction counts. A vector of zeros has the loss 1."""

    def __call__(self, outputs: jax.Array, targets: jax.Array) -> jax.Array:
        """Return the loss of each example, between 0 and 2."""
        check_shapes(self, outputs, targets)
        return 1.0 - jnp.sum(_unit(outputs) * _unit(targets), axis=-1)


def _unit(vectors: jax.Array) -> jax.Array:
    # The floor is inside the root, where the gradient at zero stays finite.
    return vectors * jax.lax.rsqrt(jnp.maximum(jnp.sum(jnp.square(vectors), axis=-1, keepdims=True), 1e-12))


def _columns(targets: NDArray[Any]) -> Values:
    return np.asarray(targets, np.float64).reshape(len(targets), -1)


def _mean(columns: Values, weights: Values) -> Values:
    return np.asarray(np.average(columns, axis=0, weights=weights))


def _quantiles(columns: Values, weights: Values, level: float) -> Values:
    order = np.argsort(columns, axis=0)
    shares = np.cumsum(weights[order], axis=0) / weights.sum()
    first = np.argmax(shares >= level - 1e-12, axis=0)
    return np.take_along_axis(columns, np.take_along_axis(order, first[None], 0), 0)[0]


def _reweighted(columns: Values, weights: Values, weight_of: Callable[[Values], Values]) -> Values:
    """Return the location whose errors, weighed by `weight_of` their sizes, balance."""
    centre = _quantiles(columns, weights, 0.5)
    for _ in range(_ROUNDS):
        pull = weights[:, None] * weight_of(np.maximum(np.abs(columns - centre), 1e-9))
        centre = np.sum(pull * columns, axis=0) / np.sum(pull, axis=0)
    return centre
