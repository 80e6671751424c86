"""Small changes of inputs that raise a network's loss: the fast gradient sign method and projected gradient descent."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

Attack = Callable[[NDArray[Any], NDArray[Any], float], NDArray[np.float32]]


def attack_of(
    run: Callable[[jax.Array], jax.Array], steps: int, low: float, high: float, free: NDArray[np.bool_], whole: bool
) -> Attack:
    """Return the attack: (inputs (B, ...), class numbers (B,), strength) -> changed inputs (B, ...).

    `steps` of size 2.5 strength / steps go up the sign of the cross-entropy's gradient; after each, no input lies
    farther than `strength` from where it was, nor outside of `low` to `high` (Madry et al. 2018, sec. 2.1); one step is
    of the whole strength (Goodfellow et al. 2015, sec. 4). Inputs that are not `free` (broadcast against an example)
    stay. With `whole`, changed inputs are rounded to whole numbers, as those of pictures are.
    """

    def loss(values: jax.Array, classes: jax.Array) -> jax.Array:
        logs = jax.nn.log_softmax(run(values))
        return -jnp.sum(jnp.take_along_axis(logs, classes[:, None], axis=1))

    @jax.jit
    def attack(inputs: jax.Array, classes: jax.Array, strength: jax.Array) -> jax.Array:
        size = strength if steps == 1 else 2.5 * strength / steps

        def climb(_: jax.Array, values: jax.Array) -> jax.Array:
            way = size * jnp.sign(jax.grad(loss)(values, classes)) * free
            near = jnp.clip(values + way, inputs - strength, inputs + strength)
            # What lies outside already (a value of new data) may stay, and come nearer.
            return jnp.clip(near, jnp.minimum(inputs, low), jnp.maximum(inputs, high))

        changed = jax.lax.fori_loop(0, steps, climb, inputs)
        return inputs + jnp.trunc(changed - inputs + 1e-3 * jnp.sign(changed - inputs)) if whole else changed

    def given(inputs: NDArray[Any], classes: NDArray[Any], strength: float) -> NDArray[np.float32]:
        numbers = jnp.asarray(classes, jnp.int32)
        return np.asarray(attack(jnp.asarray(inputs, jnp.float32), numbers, jnp.float32(strength)))

    return given
