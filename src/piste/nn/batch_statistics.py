"""Batch norm's arithmetic while training, its gradient by hand: few sums, and those fast inside a compiled loop."""

import jax
import jax.numpy as jnp

from piste.nn.sums import apart, over_places

Moments = tuple[jax.Array, jax.Array]
Kept = tuple[jax.Array, jax.Array, jax.Array, jax.Array, jax.Array | None]


def normalise_batch(
    inputs: jax.Array, gamma: jax.Array, beta: jax.Array, epsilon: float, real: jax.Array | None = None
) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return gamma (x - mean) / sqrt(variance + epsilon) + beta (B, ..., F), mean (F,) and biased variance (F,).

    Mean and variance are over the batch and all places (Ioffe & Szegedy 2015, alg. 1), those of the examples alone for
    which `real` (B,) is true, where it is given; all are normalised.
    """
    counted = None if real is None else real.astype(inputs.dtype).reshape(-1, *[1] * (inputs.ndim - 1))
    return _normalised(inputs, gamma, beta, jnp.asarray(epsilon, inputs.dtype), counted)


def normalised_by(
    mean: jax.Array,
    variance: jax.Array,
    inputs: jax.Array,
    gamma: jax.Array,
    beta: jax.Array,
    epsilon: float | jax.Array,
) -> jax.Array:
    """Return gamma (x - mean) / sqrt(variance + epsilon) + beta, (B, ..., F), for a mean and a variance (F,)."""
    # One multiply and one add per value: the scale and offset are folded per feature first.
    scale = gamma * jax.lax.rsqrt(variance + epsilon)
    return inputs * scale + (beta - mean * scale)


@jax.custom_vjp
def _normalised(
    inputs: jax.Array, gamma: jax.Array, beta: jax.Array, epsilon: jax.Array, counted: jax.Array | None
) -> tuple[jax.Array, jax.Array, jax.Array]:
    axes = tuple(range(inputs.ndim - 1))
    if counted is None:
        mean = jnp.mean(inputs, axes)
        variance = jnp.mean(jnp.square(inputs - mean), axes)
    else:
        values = _values(inputs, counted)
        mean = jnp.sum(counted * inputs, axes) / values
        variance = jnp.sum(counted * jnp.square(inputs - mean), axes) / values
    return normalised_by(mean, variance, inputs, gamma, beta, epsilon), mean, variance


def _forward(
    inputs: jax.Array, gamma: jax.Array, beta: jax.Array, epsilon: jax.Array, counted: jax.Array | None
) -> tuple[tuple[jax.Array, jax.Array, jax.Array], Kept]:
    outputs, mean, variance = _normalised(inputs, gamma, beta, epsilon, counted)
    return (outputs, mean, variance), (inputs, gamma, mean, jax.lax.rsqrt(variance + epsilon), counted)


def _backward(
    kept: Kept, upstream: tuple[jax.Array, jax.Array, jax.Array]
) -> tuple[jax.Array, jax.Array, jax.Array, None, None]:
    """Return the gradients: with u upstream, c = x - mean, r = 1 / sqrt(variance + epsilon), N values per feature,

    `dx = gamma r (u - sum(u) / N - c r^2 sum(u c) / N) + (dmean + 2 c dvariance) / N`,
    `dgamma = r sum(u c)`, `dbeta = sum(u)` (Ioffe & Szegedy 2015, sec. 3). Values that do not count have
    `dx = gamma r u`.
    """
    inputs, gamma, mean, inverse, counted = kept
    outer, of_mean, of_variance = upstream
    count = inputs.size // inputs.shape[-1] if counted is None else _values(inputs, counted)

    def sums(outer: jax.Array, inputs: jax.Array) -> Moments:
        return over_places(outer), over_places(outer * (inputs - mean))

    total, product = apart(sums, outer, inputs)
    slope = (2 * of_variance - gamma * inverse**3 * product) / count
    level = (of_mean - gamma * inverse * total) / count - mean * slope
    through = slope * inputs + level
    through = through if counted is None else counted * through
    return gamma * inverse * outer + through, inverse * product, total, None, None


def _values(inputs: jax.Array, counted: jax.Array) -> jax.Array:
    """Return how many values of each feature count."""
    return jnp.sum(counted) * (inputs.size // inputs.shape[-1] // inputs.shape[0])


_normalised.defvjp(_forward, _backward)
