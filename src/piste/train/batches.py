"""Which rows each step of `piste.minimise` sees: all of them, or a batch drawn without replacement."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.errors import SettingError
from piste.core.keys import generator

_STEPS_PER_CALL = 1024
_ROW_NUMBERS_PER_CALL = 1 << 18


class Batches:
    """The order of the rows of `data`; with `size` None every step sees all.

    `capacity` is how many steps one call of the program holds. Raises `SettingError` where the arrays' rows differ.
    """

    def __init__(self, data: Any, size: int | None, seed: int) -> None:
        self._seed = seed
        self._rows = 0 if size is None else _rows(data)
        self._size = None if size is None else min(size, self._rows)
        self.capacity = max(min(_STEPS_PER_CALL, _ROW_NUMBERS_PER_CALL // (self._size or 1)), 1)

    def order(self, first: int, amount: int) -> jax.Array | None:
        """Return the rows of `amount` steps from step `first` on, int32 (capacity, B); None where all are seen."""
        if self._size is None:
            return None
        order = np.zeros((self.capacity, self._size), np.int32)
        per_epoch = self._rows // self._size
        filled = 0
        while filled < amount:
            epoch, step = divmod(first + filled, per_epoch)
            drawn = generator(self._seed, "order", epoch).permutation(self._rows)[: per_epoch * self._size]
            part = drawn.reshape(per_epoch, self._size)[step : step + amount - filled]
            order[filled : filled + len(part)] = part
            filled += len(part)
        return jnp.asarray(order)

    def of_one_step(self, data: Any) -> Any:
        """Return the shapes and types of what one step sees of `data`."""

        def described(leaf: jax.Array) -> jax.ShapeDtypeStruct:
            whole = self._size is None or leaf.ndim == 0
            return jax.ShapeDtypeStruct(leaf.shape if whole else (self._size, *leaf.shape[1:]), leaf.dtype)  # type: ignore[no-untyped-call]

        return jax.tree.map(described, data)


def _rows(data: Any) -> int:
    found = {leaf.shape[0] for leaf in jax.tree.leaves(data) if leaf.ndim}
    if len(found) != 1 or 0 in found:
        lengths = ", ".join(map(str, sorted(found))) or "no array at all"
        raise SettingError(
            f"With a batch_size, every array in the data must have the same rows as its first axis; found {lengths}. "
            "Leave batch_size out, or put what belongs to no row into the function itself."
        )
    return int(next(iter(found)))
