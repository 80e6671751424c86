"""All parameters in few arrays, so that the optimiser is a few fused updates however many layers there are.

Small parameters lie in one vector: an operation for each of them would cost more than the copies. A large one stays an
array of its own: cutting it out of a vector and putting its gradient back would move more memory than the update does.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp

JOINED = 4096

Parts = tuple[jax.Array, ...]
"""The vector of all small parameters (nothing where there are none), then every large one in its own shape."""


@dataclass(frozen=True)
class Layout:
    """Where each parameter lies in the parts. `structure` is the tree's definition, `shapes` its leaves' shapes."""

    structure: Any
    shapes: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, tree: Any) -> "Layout":
        """Return the layout of `tree`, whose leaves are arrays or shape descriptions."""
        leaves, structure = jax.tree.flatten(tree)
        return cls(structure, tuple(tuple(leaf.shape) for leaf in leaves))

    @cached_property
    def size(self) -> int:
        """The number of values in all parts."""
        return sum(math.prod(shape) for shape in self.shapes)

    def pack(self, tree: Any) -> Parts:
        """Return the parts that hold the leaves of `tree`."""
        leaves = jax.tree.leaves(tree)
        return _parts([jnp.asarray(leaf) for leaf in leaves])

    def unpack(self, parts: Parts) -> Any:
        """Return the tree whose leaves are views of `parts`."""
        alone = iter(parts[1:] if any(map(_small, self.shapes)) else parts)
        leaves, start = [], 0
        for shape in self.shapes:
            if _small(shape):
                end = start + math.prod(shape)
                leaves.append(parts[0][start:end].reshape(shape))
                start = end
            else:
                leaves.append(next(alone))
        return jax.tree.unflatten(self.structure, leaves)

    def of_rank_two(self) -> Parts:
        """Return 1 where the parameter is a matrix or higher, 0 where a bias or a scale: the mask of weight decay.

        For a parameter of its own one number stands for all of its values.
        """
        small = [jnp.full(shape, float(len(shape) > 1), jnp.float32) for shape in self.shapes if _small(shape)]
        alone = [jnp.float32(len(shape) > 1) for shape in self.shapes if not _small(shape)]
        return (*_parts(small), *alone)


def norm(parts: Any) -> jax.Array:
    """Return the 2-norm of all values together."""
    return jnp.sqrt(sum(jnp.sum(jnp.square(jnp.ravel(part))) for part in jax.tree.leaves(parts)))


def _small(shape: tuple[int, ...]) -> bool:
    return math.prod(shape) <= JOINED


def _parts(leaves: list[jax.Array]) -> Parts:
    small = [jnp.ravel(leaf) for leaf in leaves if _small(leaf.shape)]
    return (*([jnp.concatenate(small)] if small else []), *(leaf for leaf in leaves if not _small(leaf.shape)))
