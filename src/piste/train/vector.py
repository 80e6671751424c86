"""All parameters as one vector, so that the optimiser is a single fused update however many layers there are."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp


@dataclass(frozen=True)
class Layout:
    """Where each parameter lies in the vector. `structure` is the tree's definition, `shapes` its leaves' shapes."""

    structure: Any
    shapes: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, tree: Any) -> "Layout":
        """Return the layout of `tree`, whose leaves are arrays or shape descriptions."""
        leaves, structure = jax.tree.flatten(tree)
        return cls(structure, tuple(tuple(leaf.shape) for leaf in leaves))

    @cached_property
    def size(self) -> int:
        """The number of values in the vector."""
        return sum(math.prod(shape) for shape in self.shapes)

    def ravel(self, tree: Any) -> jax.Array:
        """Return the leaves of `tree` in one vector (size,)."""
        leaves = jax.tree.leaves(tree)
        return jnp.concatenate([jnp.ravel(leaf) for leaf in leaves]) if leaves else jnp.zeros(0, jnp.float32)

    def unravel(self, vector: jax.Array) -> Any:
        """Return the tree whose leaves are views of `vector`."""
        leaves, start = [], 0
        for shape in self.shapes:
            end = start + math.prod(shape)
            leaves.append(vector[start:end].reshape(shape))
            start = end
        return jax.tree.unflatten(self.structure, leaves)

    def of_rank_two(self) -> jax.Array:
        """Return 1 where the parameter is a matrix or higher, 0 where a bias or a scale: the mask of weight decay."""
        parts = [jnp.full(math.prod(shape), float(len(shape) > 1), jnp.float32) for shape in self.shapes]
        return jnp.concatenate(parts) if parts else jnp.zeros(0, jnp.float32)
