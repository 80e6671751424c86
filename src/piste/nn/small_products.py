"""Products of small matrices whose weight gradient is computed fast on a CPU.

The compiler reads the inputs of a weight gradient x'g down their columns, where a small product costs more for finding
its operands than for multiplying. Turned over beforehand, the inputs are read along their rows: a step of 64-32-10
with 32 examples takes 16.6 us in place of 17.9.
"""

import math

import jax
from jax import lax

_MULTIPLICATIONS = 1 << 19
"""Up to which a product counts as small: at 64 x 128 x 64 the gradient gains an eighth, at 100 x 100 x 100 nothing."""


def product(inputs: jax.Array, weight: jax.Array) -> jax.Array:
    """Return inputs (..., F) times weight (F, U), shape (..., U)."""
    small = inputs.ndim == 2 and math.prod(inputs.shape) * weight.shape[1] <= _MULTIPLICATIONS
    return _small(inputs, weight) if small else inputs @ weight


@jax.custom_vjp
def _small(inputs: jax.Array, weight: jax.Array) -> jax.Array:
    return inputs @ weight


def _forward(inputs: jax.Array, weight: jax.Array) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
    return inputs @ weight, (inputs, weight)


def _backward(kept: tuple[jax.Array, jax.Array], upstream: jax.Array) -> tuple[jax.Array, jax.Array]:
    inputs, weight = kept
    gradient = lax.platform_dependent(inputs, upstream, cpu=_turned, default=_plain)
    return upstream @ weight.T, gradient


def _turned(inputs: jax.Array, upstream: jax.Array) -> jax.Array:
    # Without the barrier the compiler turns the inputs back.
    return lax.optimization_barrier(inputs.T) @ upstream  # type: ignore[no-untyped-call]


def _plain(inputs: jax.Array, upstream: jax.Array) -> jax.Array:
    return inputs.T @ upstream


_small.defvjp(_forward, _backward)
