"""Trees of parameters leaf by leaf: what moved, what is equal, what is zero."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from jax.tree_util import tree_leaves_with_path
from numpy.typing import NDArray

from piste.lint.arrays import leaves, path_of

Leaves = Mapping[str, NDArray[Any]]


def matches(path: str, parts: Iterable[str]) -> bool:
    """Return whether `path` contains one of `parts`."""
    return any(part in path for part in parts)


def floating(tree: Any) -> dict[str, NDArray[Any]]:
    """Return the leaves that can be trained: floating-point ones, by path."""
    return {path: leaf for path, leaf in leaves(tree).items() if np.issubdtype(leaf.dtype, np.floating)}


def narrow(tree: Any) -> tuple[str, ...]:
    """Return the paths of leaves of fewer than 32 bits, in which a small step may be rounded away."""
    return tuple(path_of(path) for path, leaf in tree_leaves_with_path(tree) if getattr(leaf, "itemsize", 8) < 4)


def unmoved(before: Leaves, after: Leaves) -> tuple[str, ...]:
    """Return the paths whose values are the same bits in both."""
    return tuple(path for path, leaf in before.items() if np.array_equal(leaf, after[path]))


def differing(first: Any, second: Any) -> tuple[str, ...]:
    """Return the paths at which two trees differ in any bit; NaN equals NaN."""
    one, other = leaves(first), leaves(second)
    paths = dict.fromkeys([*one, *other])
    return tuple(path for path in paths if path not in one or path not in other or not _same(one[path], other[path]))


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()


def listed(paths: Iterable[str], most: int = 4) -> str:
    """Return paths as one text, cut after `most`."""
    known = list(paths)
    rest = len(known) - most
    return ", ".join(known[:most]) + (f" and {rest} more" if rest > 0 else "")
