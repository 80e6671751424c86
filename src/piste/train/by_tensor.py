"""The parts of optimisers that look at one parameter tensor at a time."""

import math
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax
from optax.contrib import scale_by_muon

from piste.nn.traced import plain
from piste.train.adam import scale_by_adam
from piste.train.layout import Layout, Parts

_TINY = 1e-30  # so that nothing is divided by zero
_LIKE_ADAM = 0.2  # root mean square of Adam's usual direction (Liu et al. 2025, sec. 2.2)


def trust_ratio(direction: Parts, weights: Parts, layout: Layout) -> Parts:
    """Return the direction with each tensor's part as long as that tensor, `d |w| / |d|` (You et al. 2020, LAMB).

    Where either is zero the part stays as it is, so that biases that start at zero learn.
    """

    def scaled(part: jax.Array, weight: jax.Array) -> jax.Array:
        size, length = jnp.sum(jnp.square(weight)), jnp.sum(jnp.square(part))
        ratio = jnp.sqrt(size / jnp.maximum(length, _TINY))
        return part * jnp.where((size > 0) & (length > 0), ratio, 1.0)

    return layout.pack(jax.tree.map(scaled, layout.unpack(direction), layout.unpack(weights)))


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
    muon = scale_by_muon(beta=plain(momentum))
    adam = scale_by_adam(0.9, beta2)

    def init(weights: Parts) -> MuonState:
        matrices, rest = _divided(weights, layout)
        return MuonState([muon.init(matrix) for matrix in matrices], adam.init(rest))

    def update(gradient: Parts, state: MuonState, weights: Parts | None = None) -> tuple[Parts, MuonState]:
        matrices, rest = _divided(gradient, layout)
        turned = [muon.update(matrix, one) for matrix, one in zip(matrices, state.matrices, strict=True)]
        other, adam_state = adam.update(rest, state.rest)
        sized = [_LIKE_ADAM * math.sqrt(max(matrix.shape)) * matrix for matrix, _ in turned]
        return _joined(sized, other, layout), MuonState([one for _, one in turned], adam_state)

    return optax.GradientTransformation(init, update)


def _divided(parts: Parts, layout: Layout) -> tuple[list[jax.Array], list[jax.Array]]:
    leaves = jax.tree.leaves(layout.unpack(parts))
    matrices = [leaf.reshape(-1, leaf.shape[-1]) for leaf in leaves if leaf.ndim > 1]
    return matrices, [leaf for leaf in leaves if leaf.ndim < 2]


def _joined(matrices: list[jax.Array], rest: list[jax.Array], layout: Layout) -> Parts:
    remaining, others = iter(matrices), iter(rest)
    leaves = [(next(remaining) if len(shape) > 1 else next(others)).reshape(shape) for shape in layout.shapes]
    return layout.pack(leaves)
