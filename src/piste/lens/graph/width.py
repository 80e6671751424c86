"""Computing in float64 beside the ordinary width, which JAX allows only as a setting of the whole thread."""

import contextlib
from collections.abc import Iterator
from typing import Any

import jax
import numpy as np


@contextlib.contextmanager
def width(wide: bool) -> Iterator[None]:
    """Within it, arrays are of 64 bits where `wide`; else everything stays as it is set."""
    if not wide:
        yield
        return
    with _enable_x64(), jax.numpy_dtype_promotion("standard"):
        yield


def widened(tree: Any) -> Any:
    """Return a tree with its floating-point leaves in float64, as NumPy arrays; other leaves as they are."""
    return jax.tree.map(_wide, tree)


def _wide(leaf: Any) -> Any:
    if jax.numpy.issubdtype(getattr(leaf, "dtype", np.result_type(type(leaf))), jax.dtypes.prng_key):
        return leaf
    array = np.asarray(leaf)
    if jax.numpy.issubdtype(array.dtype, jax.numpy.floating):
        return array.astype(np.float64)
    return array.astype(np.complex128) if np.iscomplexobj(array) else leaf


def _enable_x64() -> Any:
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(True)
    from jax.experimental import enable_x64  # before jax 0.8

    return enable_x64(True)
