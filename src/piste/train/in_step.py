"""Trainings side by side, in step: under `jax.vmap` one loop for all, which ends with the last of them.

A loop of its own for each would be one for all too, but every step would copy the whole state of those that are done
back to where it was. Here that is done once a round.
"""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import jax
import jax.numpy as jnp
from jax import lax

State = TypeVar("State")
Loop = tuple[jax.Array, State]


def most(axis: str | None, value: jax.Array) -> jax.Array:
    """Return the largest value of all along the axis of `jax.vmap`; where there is no axis, the value."""
    if axis is None:
        return value
    largest: jax.Array = lax.pmax(value.astype(jnp.int32), axis)  # type: ignore[no-untyped-call]
    return largest.astype(value.dtype)


def rounds(
    axis: str | None, goes_on: Callable[[Loop[State]], jax.Array], one_round: Callable[[Loop[State]], Loop[State]],
    start: State,
) -> State:  # fmt: skip
    """Return the state after all rounds, each of which takes and gives the number of the round and the state."""

    def in_step(loop: Loop[State]) -> Loop[State]:
        index, after = one_round(loop)
        return index, jax.tree.map(partial(jnp.where, goes_on(loop)), after, loop[1])

    def any_goes_on(loop: Loop[State]) -> jax.Array:
        return most(axis, goes_on(loop))

    first = (jnp.zeros((), jnp.int32), start)
    if axis is None:
        return lax.while_loop(goes_on, one_round, first)[1]
    return lax.while_loop(any_goes_on, in_step, first)[1]
