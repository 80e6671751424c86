"""Sums over examples and places that stay fast inside a compiled loop on a CPU.

The compiler merges a sum with whatever computes its operands, and then computes all of that once for every feature,
with strides: for 32 pictures of 28x28 with 32 features 5.5 ms, where the sum alone takes 0.1 (2 cores).
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax


def apart(function: Callable[..., Any], *operands: jax.Array) -> Any:
    """Return `function(*operands)`, on a CPU computed apart from what its operands come from.

    What enters a conditional is computed before it. Both branches are the function, so it does not matter which runs;
    the compiler cannot know which, and leaves the conditional alone.
    """

    def conditional(*operands: jax.Array) -> Any:
        return lax.cond(operands[0][(0,) * operands[0].ndim] > 0, function, function, *operands)

    return lax.platform_dependent(*operands, cpu=conditional, default=function)


@jax.custom_vjp
def add_bias(outputs: jax.Array, bias: jax.Array) -> jax.Array:
    """Return outputs (..., F) plus bias (F,); the bias' gradient is summed `apart`."""
    return outputs + bias


def _forward(outputs: jax.Array, bias: jax.Array) -> tuple[jax.Array, None]:
    return outputs + bias, None


def _backward(_: None, upstream: jax.Array) -> tuple[jax.Array, jax.Array]:
    return upstream, apart(over_places, upstream)


add_bias.defvjp(_forward, _backward)


def over_places(values: jax.Array) -> jax.Array:
    """Return the sum of values (..., F) over all axes but the last, (F,)."""
    return jnp.sum(values, axis=tuple(range(values.ndim - 1)))
