"""The schedule that listens: the rate falls when the validation loss stands still."""

from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp


@dataclass(frozen=True)
class Plateau:
    """After `patience` validations without a better loss the rate is multiplied by `factor`, again and again."""

    patience: int = 5
    factor: float = 0.3


class Listening(NamedTuple):
    """What the schedule remembers."""

    factor: jax.Array  # of the rate, now
    since: jax.Array  # round of the last fall


def begin() -> Listening:
    """Return the memory before the first round."""
    return Listening(jnp.ones((), jnp.float32), jnp.zeros((), jnp.int32))


def after_round(plateau: Plateau, listening: Listening, rounds: jax.Array, best_round: jax.Array) -> Listening:
    """Return the memory after `rounds` validations, the best of all so far being the one numbered `best_round`."""
    falls = rounds - jnp.maximum(best_round, listening.since) >= plateau.patience
    return Listening(
        jnp.where(falls, listening.factor * plateau.factor, listening.factor),
        jnp.where(falls, rounds, listening.since),
    )
