"""Parameters drawn anew, of the size that keeps a signal's."""

import zlib
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.keys import seed_of
from piste.lint.arrays import path_of


def redrawn(parameters: Any, seed: int, gain: float = 1.0) -> Any:
    """Return a tree like `parameters`, drawn anew with variance `gain` / inputs."""

    def draw(path: tuple[Any, ...], leaf: Any) -> Any:
        shape, dtype = np.shape(leaf), jnp.asarray(leaf).dtype
        if not jnp.issubdtype(dtype, jnp.floating):
            return leaf
        if len(shape) < 2:
            return leaf if np.all(np.asarray(leaf) == 1.0) else jnp.zeros(shape, dtype)
        key = jax.random.fold_in(jax.random.key(seed_of(seed, "usual start")), zlib.crc32(path_of(path).encode()))
        return jax.random.normal(key, shape, dtype) * jnp.sqrt(jnp.asarray(gain / np.prod(shape[:-1]), dtype))

    return jax.tree_util.tree_map_with_path(draw, parameters)
