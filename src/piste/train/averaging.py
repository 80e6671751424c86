"""Averages of the weights along the way: smoother than where the last step happened to end.

The average is what is validated and kept. Statistics of batch norm belong to the weights they were measured with, so
they are measured again with the averaged ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from piste.core.settings import Range, check
from piste.nn.traced import log

REMEASURED = 50  # batches a running mean with momentum 0.9 needs to forget all but half a percent


@dataclass(frozen=True)
class Averaging:
    """Which average.

    `ema`: after every step `a <- decay a + (1 - decay) w`, divided by the weights' sum, so that the start counts for
    nothing (Polyak & Juditsky 1992 for the idea). `swa`: the plain mean of the weights after each round (an
    epoch, unless validated otherwise) from the round on that the limits name (Izmailov et al. 2018).
    """

    kind: Literal["ema", "swa"]
    decay: Annotated[float, Range(0, 1, low_open=True, high_open=True)] = 0.99

    def __post_init__(self) -> None:
        check(self)


class Averages(NamedTuple):
    """What is averaged."""

    weights: Any  # of an `ema` still to be divided
    state: Any  # the model's running state, measured with the average
    points: jax.Array  # steps (`ema`) or rounds (`swa`) in it


def begin(weights: Any, state: Any) -> Averages:
    """Return the average of nothing."""
    nothing = jax.tree.map(jnp.zeros_like, (weights, state))
    return Averages(nothing[0], nothing[1], jnp.zeros((), jnp.int32))


def after_step(averaging: Averaging, averages: Averages, weights: Any) -> Averages:
    """Return the averages after one step. One operation: steps are counted at the round's end."""
    if averaging.kind != "ema":
        return averages
    share = 1.0 - averaging.decay
    moved = jax.tree.map(lambda mean, weight: mean + share * (weight - mean), averages.weights, weights)
    return averages._replace(weights=moved)


def after_round(
    averaging: Averaging, averages: Averages, weights: Any, steps: jax.Array, reached: jax.Array
) -> Averages:
    """Return the averages after a round of `steps`; `reached` says whether the round counts for `swa`."""
    if averaging.kind == "ema":
        return averages._replace(points=averages.points + steps)
    count = averages.points + reached.astype(jnp.int32)

    def moved(mean: jax.Array, weight: jax.Array) -> jax.Array:
        return jnp.where(reached, mean + (weight - mean) / jnp.maximum(count, 1), mean)

    return averages._replace(weights=jax.tree.map(moved, averages.weights, weights), points=count)


def averaged(averaging: Averaging, averages: Averages, weights: Any) -> Any:
    """Return the weights to judge and keep: the average, or the present `weights` while there is none."""
    if averaging.kind == "ema":
        total = -jnp.expm1(averages.points * log(averaging.decay))
        return jax.tree.map(lambda mean: mean / total, averages.weights)
    return jax.tree.map(lambda mean, weight: jnp.where(averages.points > 0, mean, weight), averages.weights, weights)


def remeasured(run: Callable[[Any, jax.Array], Any], state: Any, steps: jax.Array) -> Any:
    """Return the running state after the averaged weights saw the batches of the round, `REMEASURED` at most.

    `run(state, step)` gives the state after one batch. A model without state costs nothing.
    """
    if not jax.tree.leaves(state):
        return state
    return lax.fori_loop(0, jnp.minimum(steps, REMEASURED), lambda step, now: run(now, step), state)
