"""Arrays of whichever library a piece is written for: NumPy, JAX or PyTorch, which is never imported from here."""

import sys
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray


def is_torch(piece: Any) -> bool:
    """Return whether `piece` is a module, function or tensor of PyTorch."""
    kinds = (piece, *type(piece).__mro__)
    return any(str(getattr(kind, "__module__", "")).split(".")[0] == "torch" for kind in kinds)


def as_numpy(value: Any) -> NDArray[Any]:
    """Return an array or number of any of the libraries as a NumPy array."""
    if is_torch(value):
        value = value.detach().cpu()
        return np.asarray((value.float() if value.is_floating_point() and value.itemsize < 4 else value).numpy())
    array = np.asarray(value)
    return array.astype(np.float32) if array.dtype.name == "bfloat16" else array  # which NumPy takes for no number


def tensor(values: Any) -> Any:
    """Return a PyTorch tensor that owns its memory; whole numbers become int64, as PyTorch's losses want them."""
    array = np.asarray(values)
    kind = np.int64 if np.issubdtype(array.dtype, np.integer) else array.dtype
    return sys.modules["torch"].tensor(np.array(array, kind))


def leaves(tree: Any) -> dict[str, NDArray[Any]]:
    """Return the arrays of a tree of parameters by their path, "dense_1/kernel"."""
    return {path_of(path): as_numpy(leaf) for path, leaf in jax.tree_util.tree_leaves_with_path(tree)}


def path_of(path: tuple[Any, ...]) -> str:
    """Return the path of a leaf as JAX gives it as one text: "dense_1/kernel"."""
    return jax.tree_util.keystr(path, simple=True, separator="/")
