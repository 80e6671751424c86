"""Steps down any function, as one compiled loop: the program under `piste.minimise`.

The point, the data, the rates and the order of the batches are arguments, so that only another function, another
shape or another way of stepping is compiled anew.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from jax import lax
from optax import tree_utils

from piste.train.compiler import jitted
from piste.train.layout import Layout, Parts, norm
from piste.train.optimisers import Optimiser

Function = Callable[..., jax.Array]
TOLERANCE, NOT_FINITE = 1, 2


@dataclass(frozen=True)
class Descent:
    """What is compiled: the function of (parameters, *data), where its parameters lie, and how a step is made."""

    function: Function
    layout: Layout
    stepping: Optimiser | optax.GradientTransformation

    def start(self, weights: Parts) -> "Walk":
        """Return the walk before its first step, at `weights`."""
        none = jnp.zeros((), jnp.int32)
        unknown = jnp.full((), jnp.nan, weights[0].dtype)
        if isinstance(self.stepping, Optimiser):
            optimiser = self.stepping.init(weights, self.layout)
        else:
            optimiser = self.stepping.init(weights)
        return Walk(weights, weights, optimiser, none, none, unknown, unknown)


class Walk(NamedTuple):
    """Everything that changes."""

    weights: Parts  # where the walk stands
    before: Parts  # where the last step started: value and gradient were finite there
    optimiser: Any
    steps: jax.Array  # steps made
    stopped: jax.Array  # 0 walking, 1 the gradient is small enough, 2 value or gradient are not finite
    value: jax.Array  # at the place last looked at, on the batch of that step
    norm: jax.Array  # of the gradient there


class Leg(NamedTuple):
    """The work of one call: at most S steps."""

    rates: jax.Array  # (S,)
    order: jax.Array | None  # int32 (S, B) rows of the batches; None for all rows in every step
    steps: jax.Array  # how many of S
    moves: jax.Array  # false: look at value and gradient, and stay
    tolerance: jax.Array  # stop where the gradient's norm is no larger; below 0 never


def program(descent: Descent) -> Callable[[Walk, Any, Leg], tuple[Walk, jax.Array]]:
    """Return the compiled (walk, data, leg) -> (walk, values (S,)); NaN in `values` where no step was made.

    Equal descents share one compilation in a process, where the function can be hashed.
    """
    try:
        return _compiled(descent)
    except TypeError:  # a function with arrays inside, such as some modules
        return _compiled.__wrapped__(descent)


@lru_cache(maxsize=64)
def _compiled(descent: Descent) -> Callable[[Walk, Any, Leg], tuple[Walk, jax.Array]]:
    return jitted(partial(_run, descent))


def _run(descent: Descent, walk: Walk, data: Any, leg: Leg) -> tuple[Walk, jax.Array]:
    def one_step(loop: tuple[jax.Array, Walk, jax.Array]) -> tuple[jax.Array, Walk, jax.Array]:
        index, walk, values = loop
        batch = data if leg.order is None else jax.tree.map(partial(_rows, leg.order[index]), data)
        walk = _step(descent, walk, batch, leg, index)
        return index + 1, walk, values.at[index].set(walk.value)

    def goes_on(loop: tuple[jax.Array, Walk, jax.Array]) -> jax.Array:
        return (loop[0] < leg.steps) & (loop[1].stopped == 0)

    values = jnp.full(leg.rates.shape, jnp.nan, walk.value.dtype)
    _, walk, values = lax.while_loop(goes_on, one_step, (jnp.zeros((), jnp.int32), walk, values))
    return walk, values


def _rows(order: jax.Array, leaf: jax.Array) -> jax.Array:
    return jnp.take(leaf, order, axis=0) if leaf.ndim else leaf


def _step(descent: Descent, walk: Walk, batch: Any, leg: Leg, index: jax.Array) -> Walk:
    def objective(weights: Parts) -> jax.Array:
        return descent.function(descent.layout.unpack(weights), *batch)

    value, gradient = _value_and_gradient(descent, walk, batch, objective, leg)
    length = norm(gradient)
    finite = jnp.isfinite(value) & jnp.isfinite(length)
    stopped = jnp.where(finite, jnp.where(length <= leg.tolerance, TOLERANCE, 0), NOT_FINITE)
    walk = walk._replace(value=value, norm=length, stopped=stopped.astype(jnp.int32))

    def move(walk: Walk) -> Walk:
        weights, optimiser = _moved(descent, walk, gradient, leg.rates[index], objective)
        return walk._replace(weights=weights, before=walk.weights, optimiser=optimiser, steps=walk.steps + 1)

    return lax.cond((stopped == 0) & leg.moves, move, lambda walk: walk, walk)


def _value_and_gradient(
    descent: Descent, walk: Walk, batch: Any, objective: Function, leg: Leg
) -> tuple[jax.Array, Parts]:
    if leg.order is None and tree_utils.tree_get(walk.optimiser, "grad") is not None:
        # A line search looked at the place where it ended already.
        look = optax.value_and_grad_from_state(objective)
        value, gradient = look(walk.weights, state=walk.optimiser)
    else:
        # By the tree, not by its parts: the transpose of every slice would fill a whole vector.
        parameters = descent.layout.unpack(walk.weights)
        value, gradients = jax.value_and_grad(descent.function)(parameters, *batch)
        gradient = descent.layout.pack(gradients)
    return value.astype(walk.value.dtype), gradient


def _moved(descent: Descent, walk: Walk, gradient: Parts, rate: jax.Array, objective: Function) -> tuple[Parts, Any]:
    if isinstance(descent.stepping, Optimiser):
        decayed = descent.layout.of_rank_two()
        direction, state = descent.stepping.direction(gradient, walk.optimiser, walk.weights, decayed, descent.layout)
        change = jax.tree.map(lambda part: -rate * part, direction)
        return _after(walk.weights, change), state
    stepping = optax.with_extra_args_support(descent.stepping)
    change, state = stepping.update(
        gradient, walk.optimiser, walk.weights, value=walk.value, grad=gradient, value_fn=objective
    )
    return _after(walk.weights, change), state


def _after(weights: Parts, change: Any) -> Parts:
    return jax.tree.map(lambda weight, step: (weight + step).astype(weight.dtype), weights, change)
