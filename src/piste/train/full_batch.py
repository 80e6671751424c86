"""L-BFGS: steps from the curvature that past gradients showed, each as long as a line search finds good."""

from collections.abc import Callable
from typing import Any

import jax
import optax

Value = Callable[[jax.Array], tuple[jax.Array, Any]]


def lbfgs_step(objective: Value, vector: jax.Array, memory: Any) -> tuple[jax.Array, Any, jax.Array, jax.Array, Any]:
    """Return value, extra result, gradient, direction to subtract, and the new memory (10 pairs; Liu & Nocedal 1989).

    `objective(vector)` gives the value and an extra result. Steps compare its values, so it must be the same function
    in every step: the full batch, without dropout. The line search asks for the strong Wolfe conditions.
    """
    (value, extra), gradient = jax.value_and_grad(objective, has_aux=True)(vector)
    change, memory = optax.lbfgs().update(
        gradient, memory, vector, value=value, grad=gradient, value_fn=lambda there: objective(there)[0]
    )
    return value, extra, gradient, -change, memory
