"""The gradient of a batch, at once or in pieces that are added up: a large batch in the memory of a small one."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from piste.train.plan import Split


def in_pieces(
    objective: Callable[[Any, Any, Any, jax.Array], tuple[jax.Array, Any]],
    count: int,
    parameters: Any,
    state: Any,
    batch: Split,
    key: jax.Array,
) -> tuple[jax.Array, Any, Any]:
    """Return mean loss, state and the mean loss's gradients (a tree) of a batch cut into `count` pieces.

    `objective(parameters, state, piece, key)` gives the weighted *sum* of the losses, and the state. The result is
    that of the whole batch but for rounding, for models that treat examples one by one; batch norm sees one piece at
    a time. Rows that are missing to whole pieces are repeated with weight 0.
    """
    rows = len(batch.targets)
    weight = jnp.ones(rows, jnp.result_type(*jax.tree.leaves(parameters))) if batch.weight is None else batch.weight
    size = -(-rows // count)
    pieces = -(-rows // size)

    def cut(leaf: jax.Array) -> jax.Array:
        return jnp.resize(leaf, (pieces, size, *leaf.shape[1:]))

    counted = jnp.where(jnp.arange(pieces * size) < rows, cut(weight).ravel(), 0.0).reshape(pieces, size)
    stacked = jax.tree.map(cut, batch)._replace(weight=counted)
    slope = jax.value_and_grad(objective, has_aux=True)

    def add(index: jax.Array, sums: tuple[jax.Array, Any, Any]) -> tuple[jax.Array, Any, Any]:
        loss, gradients, state = sums
        piece = jax.tree.map(lambda leaf: leaf[index], stacked)
        (more, state), others = slope(parameters, state, piece, jax.random.fold_in(key, index))
        return loss + more, jax.tree.map(jnp.add, gradients, others), state

    start = (jnp.zeros((), weight.dtype), jax.tree.map(jnp.zeros_like, parameters), state)
    loss, gradients, state = lax.fori_loop(0, pieces, add, start)
    total = jnp.sum(weight)
    return loss / total, state, jax.tree.map(lambda leaf: leaf / total, gradients)
