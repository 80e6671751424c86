"""The parts of optimisers that look at one parameter tensor at a time, on the vector of all of them."""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from optax.contrib import scale_by_muon

from piste.train.vector import Layout

_TINY = 1e-30  # so that nothing is divided by zero
_LIKE_ADAM = 0.2  # root mean square of Adam's usual direction (Liu et al. 2025, sec. 2.2)


def trust_ratio(direction: jax.Array, vector: jax.Array, layout: Layout) -> jax.Array:
    """Return the direction (P,) with each tensor's part as long as that tensor, `d |w| / |d|` (You et al. 2020, LAMB).

    Where either is zero the part stays as it is, so that biases that start at zero learn.
    """

    def scaled(part: jax.Array, weights: jax.Array) -> jax.Array:
        size, length = jnp.sum(jnp.square(weights)), jnp.sum(jnp.square(part))
        ratio = jnp.sqrt(size / jnp.maximum(length, _TINY))
        return part * jnp.where((size > 0) & (length > 0), ratio, 1.0)

    return layout.ravel(jax.tree.map(scaled, layout.unravel(direction), layout.unravel(vector)))


class MuonState(NamedTuple):
    """State of Muon for the matrices, and of Adam for everything else."""

    matrices: Any
    rest: Any


def with_muon(momentum: float, beta2: float, layout: Layout) -> optax.GradientTransformation:
    """Return Muon (Jordan et al. 2024) for tensors of two axes and more, Adam for the others.

    The running mean of a matrix's gradients is replaced by the nearest orthogonal matrix (5 Newton-Schulz steps) times
    `0.2 sqrt(max(rows, columns))`, which has the size of Adam's direction, so that Adam's rates fit (Liu et al. 2025,
    eq. 4). Kernels (..., in, out) count as matrices (... * in, out).
    """
    muon = scale_by_muon(beta=momentum)
    adam = optax.scale_by_adam(0.9, beta2)

    def init(vector: jax.Array) -> MuonState:
        matrices, rest = _divided(vector, layout)
        return MuonState([muon.init(matrix) for matrix in matrices], adam.init(rest))

    def update(gradient: jax.Array, state: MuonState, vector: jax.Array | None = None) -> tuple[jax.Array, MuonState]:
        matrices, rest = _divided(gradient, layout)
        turned = [muon.update(matrix, one) for matrix, one in zip(matrices, state.matrices, strict=True)]
        other, adam_state = adam.update(rest, state.rest)
        sized = [_LIKE_ADAM * math.sqrt(max(matrix.shape)) * matrix for matrix, _ in turned]
        return _joined(sized, other, layout), MuonState([one for _, one in turned], adam_state)

    return optax.GradientTransformation(init, update)


def _divided(vector: jax.Array, layout: Layout) -> tuple[list[jax.Array], jax.Array]:
    leaves = jax.tree.leaves(layout.unravel(vector))
    matrices = [leaf.reshape(-1, leaf.shape[-1]) for leaf in leaves if leaf.ndim > 1]
    rest = [leaf.ravel() for leaf in leaves if leaf.ndim < 2]
    return matrices, jnp.concatenate(rest) if rest else jnp.zeros(0, vector.dtype)


def _joined(matrices: list[jax.Array], rest: jax.Array, layout: Layout) -> jax.Array:
    parts, remaining, start = [], iter(matrices), 0
    for shape in layout.shapes:
        if len(shape) > 1:
            parts.append(next(remaining).ravel())
        else:
            size = math.prod(shape)
            parts.append(rest[start : start + size])
            start += size
    return jnp.concatenate(parts)
