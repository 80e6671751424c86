"""What a program is compiled for, and what it works on: all that passes between the host and the device."""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple, cast

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.nn.augment.augmentation import Augmentation
from piste.nn.layer import Layer, Shape
from piste.nn.losses import Loss
from piste.nn.metrics import Metric
from piste.train import averaging, plateau
from piste.train.averaging import Averaging
from piste.train.layout import Layout, Parts
from piste.train.optimisers import Optimiser
from piste.train.plateau import Plateau
from piste.train.precision import kept, master
from piste.train.settings import Precision


@dataclass(frozen=True)
class Plan:
    """What a program is compiled for: hashable, so that equal plans share one compilation in a process."""

    model: Layer
    input_shape: Shape
    loss: Loss
    metric: Metric
    optimiser: Optimiser
    augment: tuple[Augmentation, ...] = ()  # of training batches only
    pieces: int = 1  # in which a batch's gradient is added up
    plateau: Plateau | None = None
    averaging: Averaging | None = None
    precision: Precision = "float32"
    devices: int = 1  # among which every batch is divided

    @property
    def layout(self) -> Layout:
        """The layout of the model's parameters."""
        return _layout(self.model, self.input_shape)


class Filled(Plan):
    """A plan inside a program, some of whose settings are the program's own values. `outline` is one without them."""

    outline: Plan

    @property
    def layout(self) -> Layout:
        """The layout of the model's parameters, which is that of the outline."""
        return self.outline.layout


@lru_cache(maxsize=64)
def _layout(model: Layer, shape: Shape) -> Layout:
    return Layout.of(jax.eval_shape(partial(model.init, shape=shape), jax.random.key(0)))


def handed(values: NDArray[Any] | np.generic) -> jax.Array:
    """Return NumPy's values as what a program takes: it moves them to the device in a tenth of the time of JAX."""
    return cast(jax.Array, values)


class Split(NamedTuple):
    """Examples on the device: inputs (B, ...), targets (B, ...), and weight (B,), 0 for rows that only pad.

    Without weights (None) every row that is drawn counts the same. Of a batch that is filled up, `real` (B,) is true
    for the rows that count at all; None where all do.
    """

    inputs: jax.Array
    targets: jax.Array
    weight: jax.Array | None
    real: jax.Array | None = None


class Carry(NamedTuple):
    """Everything that changes while training."""

    weights: Parts  # all parameters, as the plan's layout has them
    optimiser: Any
    state: Any  # the model's running state
    best_weights: Parts
    best_state: Any
    best_loss: jax.Array  # the lowest validation loss so far
    best_round: jax.Array
    rounds: jax.Array  # rounds completed: the steps up to a validation, an epoch unless said otherwise
    stopped: jax.Array  # 0 running, 1 patience ran out, 2 a loss was not finite, 3 the metric reached its goal
    gradient: Parts  # of the last step's batch
    loss_sum: jax.Array  # over the steps of the present round
    steps: jax.Array  # steps of the present round
    listening: Any = ()  # of the plateau schedule; nothing where it is off
    averages: Any = ()  # of the weights; nothing where they are off
    highest: Any = ()  # loss of a single step of the present round; nothing where nobody watches
    best_losses: Any = ()  # (N,) of the validation examples in the best round; nothing where nobody watches


class Stretch(NamedTuple):
    """The work of one call: R rounds of at most S steps of B examples."""

    order: jax.Array  # int32 (R, S, B) rows of the train split
    rates: jax.Array  # (R, S)
    first_steps: jax.Array  # int32 (R,) steps of the whole training before each round
    steps: jax.Array  # int32 (R,) how many of S to run
    rounds: jax.Array  # how many of R to run
    key: jax.Array  # random key of the training; with the number of the step it gives the step's own
    validates: jax.Array  # whether a round ends with this call
    batch: jax.Array | None = None  # how many of B count, the first ones; None where all do


class Limits(NamedTuple):
    """When to stop: scalars, so that another limit never recompiles."""

    patience: jax.Array  # rounds without a better validation loss
    gain: jax.Array  # by how much a loss must be lower to count as better
    sign: jax.Array  # 1 where a higher metric is better, else -1
    goal: jax.Array  # stop once sign * metric reaches this; infinity never stops
    average_from: jax.Array | int = 0  # first round, counted from 0, whose weights count for the plain average
    patient_from: jax.Array | int = 0  # round before which no waiting counts


class Curves(NamedTuple):
    """What each round of the call measured, (R,) each."""

    train_loss: jax.Array
    gradient_norm: jax.Array
    validation_loss: jax.Array
    validation_metric: jax.Array
    rate_factor: Any = ()  # by which the rates were multiplied; nothing where they never are
    seen: Any = ()  # `piste.train.seen.Seen`; nothing where nobody watches


def initial_carry(plan: Plan, weights: Parts, state: Any) -> Carry:
    """Return the carry before the first step; the starting point counts as the best so far."""
    weights = kept(plan.precision, weights)
    zero = jnp.zeros((), master(plan.precision))
    none = jnp.zeros((), jnp.int32)
    copy = partial(jax.tree.map, lambda leaf: jnp.array(leaf, copy=True))
    carry = Carry(
        weights, plan.optimiser.init(weights, plan.layout), state, copy(weights), copy(state), zero + jnp.inf, none,
        none, none, jax.tree.map(jnp.zeros_like, weights), zero, none,
        listening=plateau.begin() if plan.plateau else (),
        averages=averaging.begin(weights, state) if plan.averaging else (),
    )  # fmt: skip
    return kept(plan.precision, carry)
