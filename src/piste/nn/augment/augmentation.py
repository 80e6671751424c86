"""What an augmentation is: a frozen, JSON-able dataclass with one pure function on a batch.

`apply(key, inputs, targets)` returns inputs of the same shape and dtype, and targets that are the same or, where
examples are mixed, soft. Pictures come as they are stored, uint8 in 0..255 or floats in any unit, before the network
standardises them; numbers that no longer fit uint8 are rounded and cut off to 0..255. All examples of a batch draw
independently of each other.

Axes: B examples, H height, W width, C channels or classes, T steps, F features.
"""

from dataclasses import dataclass
from typing import ClassVar

import jax
import jax.numpy as jnp

from piste.core.errors import SettingError
from piste.core.settings import check

PICTURE, STEPS, COLUMNS = (3,), (1, 2), (1,)  # axes that one example has


@dataclass(frozen=True)
class Augmentation:
    """One way to change a batch. `name` is the word for it in settings; `ranks` are the axes an example may have."""

    name: ClassVar[str]
    ranks: ClassVar[tuple[int, ...]]

    def __post_init__(self) -> None:
        try:
            check(self)
        except SettingError as error:
            raise SettingError(f"{type(self).__name__}: {error}") from None

    def apply(self, key: jax.Array, inputs: jax.Array, targets: jax.Array) -> tuple[jax.Array, jax.Array]:
        """Return the changed batch: inputs (B, ...) and targets (B,) or (B, C)."""
        raise NotImplementedError(f"{type(self).__name__} must define apply(key, inputs, targets).")


def stored_as(values: jax.Array, like: jax.Array) -> jax.Array:
    """Return `values` in the dtype of `like`, rounded and cut off to 0..255 for uint8."""
    if like.dtype == jnp.uint8:
        return jnp.clip(jnp.round(values), 0.0, 255.0).astype(jnp.uint8)
    return values.astype(like.dtype)


def as_floats(inputs: jax.Array) -> jax.Array:
    """Return inputs as floats to compute with: float32 for integers, else their own dtype."""
    return inputs if jnp.issubdtype(inputs.dtype, jnp.floating) else inputs.astype(jnp.float32)


def channel_mean(inputs: jax.Array, known: tuple[float, ...]) -> jax.Array:
    """Return the mean of each channel, (C,): as `known`, or that of the batch where nothing is known.

    Raises `SettingError` when `known` has another number of channels.
    """
    if not known:
        return jnp.mean(as_floats(inputs), (0, 1, 2))
    if len(known) != inputs.shape[-1]:
        raise SettingError(f"The mean must have one number per channel, {inputs.shape[-1]}. Got {len(known)} instead.")
    return jnp.asarray(known, as_floats(inputs).dtype)
