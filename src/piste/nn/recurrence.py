"""A cell carried from step to step, with a gradient by hand that does as little as it can inside the loop.

Going forward only the states are kept. Going back, how each new state depends on gates and old states is worked out for
all steps at once before the loop, and the gradients of gates and weights after it; a step inside is a few products of
numbers and one of matrices. Automatic differentiation would keep every intermediate value of every step, and write and
read each by itself.
"""

from collections.abc import Callable, Iterable
from functools import partial, reduce
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

States = tuple[jax.Array, ...]
Gates = tuple[jax.Array, ...]
Cell = Callable[[Gates, Gates, States], States]
"""(given, product, states), each a tuple of arrays (..., U, B) -> the next states.

Unit by unit: a new state may depend on the gates and the states of its own unit alone, and on nothing closed over.
"""


@partial(jax.custom_vjp, nondiff_argnums=(0, 1, 2))
def recur(
    cell: Cell,
    count: int,
    reverse: bool,
    given: jax.Array,
    recurrent: jax.Array,
    offset: jax.Array,
    mask: jax.Array | None,
) -> States:
    """Return all `count` states after every step, (T, U, B) each, from states of zeros.

    At each step the cell gets `given` (T, G, B), the product of `recurrent` (U, G), transposed, with the first state,
    plus `offset` (G,), both cut into gates of U rows, and the states. Where `mask` (T, 1, B) is false the states stay
    as they are. `reverse` begins at the end. Examples are the last axis, and gates arrays of their own, so that the
    cell works through whole blocks of memory.
    """
    units, turned, offset = recurrent.shape[0], recurrent.T, offset[:, None]

    def step(states: States, now: tuple[Gates, jax.Array | None]) -> tuple[States, States]:
        new = cell(now[0], _gates(turned @ states[0] + offset, units), states)
        if now[1] is not None:
            new = tuple(jnp.where(now[1], after, before) for after, before in zip(new, states, strict=True))
        return new, new

    # One step per iteration: unrolling more was no faster on a CPU.
    return lax.scan(step, _nothing(count, given, recurrent), (_gates(given, units), mask), reverse=reverse)[1]


def _nothing(count: int, given: jax.Array, recurrent: jax.Array) -> States:
    return (jnp.zeros((recurrent.shape[0], given.shape[2]), jnp.result_type(given, recurrent)),) * count


def _forward(
    cell: Cell, count: int, reverse: bool, given: jax.Array, recurrent: jax.Array, offset: jax.Array, mask: Any
) -> tuple[States, tuple[Any, ...]]:
    states = recur(cell, count, reverse, given, recurrent, offset, mask)
    return states, (given, recurrent, offset, mask, states)


def _backward(
    cell: Cell, count: int, reverse: bool, kept: tuple[Any, ...], upstream: States
) -> tuple[jax.Array, jax.Array, jax.Array, None]:
    given, recurrent, offset, mask, states = kept
    start = _nothing(count, given, recurrent)
    before = tuple(_shifted(all_steps, first, reverse) for all_steps, first in zip(states, start, strict=True))
    products = jnp.einsum("ug,tub->tgb", recurrent, before[0]) + offset[:, None]
    slopes = [_slopes(cell, given, products, before, mask, which) for which in range(count)]
    by_product, by_states = [one[1] for one in slopes], [one[2] for one in slopes]

    def step(later: States, now: tuple[list[jax.Array], list[States], States]) -> tuple[States, States]:
        by_product, by_states, upstream = now
        total = tuple(map(jnp.add, later, upstream))
        earlier = [_sum(map(jnp.multiply, column, total)) for column in zip(*by_states, strict=True)]
        earlier[0] = earlier[0] + recurrent @ _weighted(by_product, total)
        return tuple(earlier), total

    _, totals = lax.scan(step, start, (by_product, by_states, upstream), reverse=not reverse)
    of_product = _weighted(by_product, totals)
    of_recurrent = jnp.einsum("tub,tgb->ug", before[0], of_product)
    return _weighted([one[0] for one in slopes], totals), of_recurrent, jnp.sum(of_product, axis=(0, 2)), None


def _slopes(
    cell: Cell, given: jax.Array, products: jax.Array, before: States, mask: jax.Array | None, which: int
) -> tuple[jax.Array, jax.Array, States]:
    """Return how new state number `which` depends on given and product (T, G, B) and on old states (T, U, B)."""
    units = before[0].shape[-2]
    new, pull = jax.vjp(cell, _gates(given, units), _gates(products, units), before)
    ones = tuple((jnp.ones_like if index == which else jnp.zeros_like)(one) for index, one in enumerate(new))
    *by_gates, by_states = pull(ones)
    by_given, by_product = (jnp.concatenate(gates, axis=-2) for gates in by_gates)
    if mask is None:
        return by_given, by_product, by_states
    nothing = jnp.zeros((), given.dtype)
    held = tuple(jnp.where(mask, one, float(index == which)) for index, one in enumerate(by_states))
    return jnp.where(mask, by_given, nothing), jnp.where(mask, by_product, nothing), held


def _gates(rows: jax.Array, units: int) -> Gates:
    """Return the rows (..., G, B) cut into gates (..., U, B)."""
    return tuple(rows[..., start : start + units, :] for start in range(0, rows.shape[-2], units))


def _weighted(slopes: list[jax.Array], totals: States) -> jax.Array:
    """Return the gradient of the gates (..., G, B): for each state its slopes times what comes back to it."""
    parts = []
    for slope, total in zip(slopes, totals, strict=True):
        gates = slope.reshape(*total.shape[:-2], -1, *total.shape[-2:])
        parts.append((gates * total[..., None, :, :]).reshape(slope.shape))
    return _sum(parts)


def _sum(parts: Iterable[jax.Array]) -> jax.Array:
    return reduce(jnp.add, parts)


recur.defvjp(_forward, _backward)


def _shifted(states: jax.Array, first: jax.Array, reverse: bool) -> jax.Array:
    """Return the state before each step, (T, U, B)."""
    return jnp.concatenate([states[1:], first[None]] if reverse else [first[None], states[:-1]])
