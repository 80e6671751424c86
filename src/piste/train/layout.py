"""All parameters in few arrays where that is quicker: one fused update however many layers there are.

The parameters of a tiny network of dense layers lie in one vector: an operation for each of them would cost more than
the copies. Those of any other network stay arrays of their own: cutting large ones out of a vector and putting their
gradients back would move more memory than the update does, and the compiler would take the sums over places and
examples, which are the gradients of biases, inside the packing, where they are many times slower.
"""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp

JOINED = 4096  # values that one vector holds, at most

Parts = tuple[jax.Array, ...]
"""One vector of all parameters, or every parameter in its own shape."""


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

    @cached_property
    def joined(self) -> bool:
        """Whether all parameters lie in one vector."""
        return 0 < self.size <= JOINED and all(len(shape) < 3 for shape in self.shapes)

    def pack(self, tree: Any) -> Parts:
        """Return the parts that hold the leaves of `tree`."""
        leaves = [jnp.asarray(leaf) for leaf in jax.tree.leaves(tree)]
        return (jnp.concatenate([leaf.ravel() for leaf in leaves]),) if self.joined else tuple(leaves)

    def unpack(self, parts: Parts) -> Any:
        """Return the tree whose leaves are views of `parts`."""
        if not self.joined:
            return jax.tree.unflatten(self.structure, parts)
        leaves, start = [], 0
        for shape in self.shapes:
            end = start + math.prod(shape)
            leaves.append(parts[0][start:end].reshape(shape))
            start = end
        return jax.tree.unflatten(self.structure, leaves)

    def of_rank_two(self) -> Parts:
        """Return 1 where the parameter is a matrix or higher, 0 where a bias or a scale: the mask of weight decay.

        For a parameter of its own one number stands for all of its values.
        """
        if not self.joined:
            return tuple(jnp.float32(len(shape) > 1) for shape in self.shapes)
        return (jnp.concatenate([jnp.full(math.prod(shape), float(len(shape) > 1)) for shape in self.shapes]),)


def norm(parts: Any) -> jax.Array:
    """Return the 2-norm of all values together."""
    return jnp.sqrt(sum(jnp.sum(jnp.square(jnp.ravel(part))) for part in jax.tree.leaves(parts)))
