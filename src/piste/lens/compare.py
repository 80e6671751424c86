"""Where two networks differ: the first parameters that are not the same, bit for bit."""

from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray


def leaves_of(parameters: Any) -> dict[str, NDArray[Any]]:
    """Return the arrays of a tree of parameters by their paths, "00_dense/weight", in their order."""
    pairs = jax.tree_util.tree_leaves_with_path(parameters)
    return {jax.tree_util.keystr(path, simple=True, separator="/"): np.asarray(leaf) for path, leaf in pairs}


def different(first: Any, second: Any) -> tuple[tuple[str, ...], float]:
    """Return the paths of the arrays that differ in a bit, shape or name, and the largest difference of a number.

    The difference is infinite where shapes or names differ, as it is between a number and none.
    """
    one, other = leaves_of(first), leaves_of(second)
    paths = [path for path in dict.fromkeys((*one, *other)) if not _same(one.get(path), other.get(path))]
    sizes = [_largest(one.get(path), other.get(path)) for path in paths]
    return tuple(paths), max(sizes, default=0.0)


def _same(first: NDArray[Any] | None, second: NDArray[Any] | None) -> bool:
    if first is None or second is None or first.shape != second.shape or first.dtype != second.dtype:
        return False
    return first.tobytes() == second.tobytes()


def _largest(first: NDArray[Any] | None, second: NDArray[Any] | None) -> float:
    if first is None or second is None or first.shape != second.shape:
        return float("inf")
    gap = np.abs(first.astype(np.float64) - second.astype(np.float64))
    return float(np.max(np.nan_to_num(gap, nan=np.inf), initial=0.0))
