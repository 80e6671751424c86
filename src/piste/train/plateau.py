"""The schedule that listens: the rate falls when the validation loss stands still."""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp


@dataclass(frozen=True)
class Plateau:
    """After `patience` epochs without a better validation loss the rate is multiplied by `factor`, again and again."""

    patience: int = 5
    factor: float = 0.3


class Listening(NamedTuple):
    """What the schedule remembers."""

    factor: jax.Array  # of the rate, now
    since: jax.Array  # epoch of the last fall


def begin() -> Listening:
    """Return the memory before the first epoch."""
    return Listening(jnp.ones((), jnp.float32), jnp.zeros((), jnp.int32))


def after_epoch(plateau: Plateau, listening: Listening, epoch: jax.Array, best_epoch: jax.Array) -> Listening:
    """Return the memory after `epoch`, the best of all so far being `best_epoch`."""
    falls = epoch - jnp.maximum(best_epoch, listening.since) >= plateau.patience
    return Listening(
        jnp.where(falls, listening.factor * plateau.factor, listening.factor),
        jnp.where(falls, epoch, listening.since),
    )
