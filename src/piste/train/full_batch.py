"""L-BFGS: steps from the curvature that past gradients showed, each as long as a line search finds good."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import optax

Value = Callable[[Any], tuple[jax.Array, Any]]


def lbfgs_step(objective: Value, weights: Any, memory: Any) -> tuple[jax.Array, Any, Any, Any, Any]:
    """Return value, extra result, gradient, direction to subtract, and the new memory (10 pairs; Liu & Nocedal 1989).

    `objective(weights)` gives the value and an extra result. Steps compare its values, so it must be the same function
    in every step: the full batch, without dropout. The line search asks for the strong Wolfe conditions.
    """
    (value, extra), gradient = jax.value_and_grad(objective, has_aux=True)(weights)
    change, memory = optax.lbfgs().update(
        gradient, memory, weights, value=value, grad=gradient, value_fn=lambda there: objective(there)[0]
    )
    return value, extra, gradient, jax.tree.map(jnp.negative, change), memory
