"""The compiled program: a stretch of training with its validation, as one loop on the device.

One call runs whole epochs (small data) or a piece of one (large data): examples are permuted once per call, then
sliced; losses are summed in the carry; the best parameters are kept on the device. Data, rates and the order of
the examples are arguments, so nothing but a change of shape recompiles. Rows left over when the batch size does
not divide the split sit out that epoch; which ones is drawn anew each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from piste.nn.layer import Context, Layer, Shape
from piste.nn.losses import Loss
from piste.nn.metrics import Metric
from piste.train.compiler import jitted
from piste.train.optimisers import Optimiser
from piste.train.vector import Layout

EVALUATION_CHUNK = 256  # examples per forward pass outside training: large enough to fill the cores


@dataclass(frozen=True)
class Plan:
    """What a program is compiled for: hashable, so that equal plans share one compilation in a process."""

    model: Layer
    input_shape: Shape
    loss: Loss
    metric: Metric
    optimiser: Optimiser

    @property
    def layout(self) -> Layout:
        """The layout of the model's parameters."""
        shapes = jax.eval_shape(partial(self.model.init, shape=self.input_shape), jax.random.key(0))
        return Layout.of(shapes)


class Split(NamedTuple):
    """Examples on the device: inputs (B, ...), targets (B, ...), and weight (B,), 0 for rows that only pad."""

    inputs: jax.Array
    targets: jax.Array
    weight: jax.Array


class Carry(NamedTuple):
    """Everything that changes while training; P is the number of parameters."""

    vector: jax.Array  # (P,)
    optimiser: Any
    state: Any  # the model's running state
    best_vector: jax.Array  # (P,)
    best_state: Any
    best_loss: jax.Array  # validation loss of the best epoch so far
    best_epoch: jax.Array
    epoch: jax.Array  # epochs completed
    stopped: jax.Array  # 0 running, 1 patience ran out, 2 a loss was not finite, 3 the metric reached its goal
    loss_sum: jax.Array  # over the steps of the present epoch
    norm_sum: jax.Array
    steps: jax.Array  # steps of the present epoch


class Stretch(NamedTuple):
    """The work of one call: E epochs of at most S steps of B examples."""

    order: jax.Array  # int32 (E, S, B) rows of the train split
    rates: jax.Array  # float32 (E, S)
    keys: jax.Array  # random keys (E,), one an epoch
    first_step: jax.Array  # steps of the first epoch that earlier calls have done: numbers the random keys
    epochs: jax.Array  # how many of E to run
    steps: jax.Array  # how many of S to run in each
    validates: jax.Array  # whether an epoch ends with this call


class Limits(NamedTuple):
    """When to stop: scalars, so that another limit never recompiles."""

    patience: jax.Array  # epochs without a better validation loss
    gain: jax.Array  # by how much a loss must be lower to count as better
    sign: jax.Array  # 1 where a higher metric is better, else -1
    goal: jax.Array  # stop once sign * metric reaches this; infinity never stops


class Curves(NamedTuple):
    """What each epoch of the call measured, (E,) each."""

    train_loss: jax.Array
    gradient_norm: jax.Array
    validation_loss: jax.Array
    validation_metric: jax.Array


def initial_carry(plan: Plan, vector: jax.Array, state: Any) -> Carry:
    """Return the carry before the first step; the starting point counts as the best so far."""
    zero = jnp.zeros((), jnp.float32)
    none = jnp.zeros((), jnp.int32)
    copy = partial(jax.tree.map, lambda leaf: jnp.array(leaf, copy=True))
    return Carry(
        vector, plan.optimiser.init(vector), state, copy(vector), copy(state), zero + jnp.inf, none, none, none,
        zero, zero, none,
    )  # fmt: skip


def evaluate(plan: Plan, layout: Layout, vector: jax.Array, state: Any, split: Split) -> tuple[jax.Array, jax.Array]:
    """Return the mean loss and metric of a split whose rows are padded to whole chunks."""
    parameters = layout.unravel(vector)
    chunks = jax.tree.map(lambda leaf: leaf.reshape(-1, EVALUATION_CHUNK, *leaf.shape[1:]), split)

    def add(sums: tuple[jax.Array, jax.Array], chunk: Split) -> tuple[tuple[jax.Array, jax.Array], None]:
        outputs, _ = plan.model.run(parameters, state, chunk.inputs, Context())
        loss = jnp.sum(chunk.weight * plan.loss(outputs, chunk.targets))
        metric = jnp.sum(chunk.weight * plan.metric(outputs, chunk.targets))
        return (sums[0] + loss, sums[1] + metric), None

    zero = jnp.zeros((), jnp.float32)
    (loss, metric), _ = lax.scan(add, (zero, zero), chunks)
    total = jnp.sum(split.weight)
    return loss / total, metric / total


def train_step(
    plan: Plan, layout: Layout, decayed: jax.Array, carry: Carry, batch: Split, rate: jax.Array, key: jax.Array
) -> Carry:
    """Return the carry after one parameter update on `batch`."""

    def objective(parameters: Any) -> tuple[jax.Array, Any]:
        outputs, state = plan.model.run(parameters, carry.state, batch.inputs, Context(True, key))
        losses = plan.loss(outputs, batch.targets)
        return jnp.sum(batch.weight * losses) / jnp.sum(batch.weight), state

    # Differentiated by the tree, not by the vector: the transpose of every slice would fill a whole vector.
    (loss, state), gradients = jax.value_and_grad(objective, has_aux=True)(layout.unravel(carry.vector))
    gradient = layout.ravel(gradients)
    norm = jnp.sqrt(jnp.sum(jnp.square(gradient)))
    direction, optimiser = plan.optimiser.direction(gradient, norm, carry.optimiser, carry.vector, decayed)
    return carry._replace(
        vector=carry.vector - rate * direction,
        optimiser=optimiser,
        state=state,
        loss_sum=carry.loss_sum + loss,
        norm_sum=carry.norm_sum + norm,
        steps=carry.steps + 1,
    )


@lru_cache(maxsize=64)
def compiled(plan: Plan) -> Callable[[Carry, Split, Split, Stretch, Limits], tuple[Carry, Curves]]:
    """Return the program for `plan`: (carry, train, validation, stretch, limits) -> (carry, curves)."""
    return jitted(partial(_run, plan), donate_argnums=0)


def _run(
    plan: Plan, carry: Carry, train: Split, validation: Split, stretch: Stretch, limits: Limits
) -> tuple[Carry, Curves]:
    layout = plan.layout
    decayed = layout.of_rank_two()
    batch_size = stretch.order.shape[2]

    def one_step(step: jax.Array, inner: tuple[Carry, Split, jax.Array]) -> tuple[Carry, Split, jax.Array]:
        carry, shuffled, index = inner
        cut = partial(lax.dynamic_slice_in_dim, start_index=step * batch_size, slice_size=batch_size)
        key = jax.random.fold_in(stretch.keys[index], stretch.first_step + step)
        batch = jax.tree.map(cut, shuffled)
        return train_step(plan, layout, decayed, carry, batch, stretch.rates[index, step], key), shuffled, index

    def one_epoch(loop: tuple[jax.Array, Carry, Curves]) -> tuple[jax.Array, Carry, Curves]:
        index, carry, curves = loop
        rows = stretch.order[index].reshape(-1)
        shuffled = jax.tree.map(lambda leaf: jnp.take(leaf, rows, axis=0), train)
        carry, _, _ = lax.fori_loop(0, stretch.steps, one_step, (carry, shuffled, index))
        carry, curves = lax.cond(
            stretch.validates,
            partial(_end_epoch, plan, layout, validation, limits),
            lambda index, carry, curves: (carry, curves),
            index, carry, curves,
        )  # fmt: skip
        return index + 1, carry, curves

    def goes_on(loop: tuple[jax.Array, Carry, Curves]) -> jax.Array:
        return (loop[0] < stretch.epochs) & (loop[1].stopped == 0)

    empty = jnp.full(stretch.order.shape[0], jnp.nan, jnp.float32)
    start = (jnp.zeros((), jnp.int32), carry, Curves(empty, empty, empty, empty))
    _, carry, curves = lax.while_loop(goes_on, one_epoch, start)
    return carry, curves


def _end_epoch(
    plan: Plan,
    layout: Layout,
    validation: Split,
    limits: Limits,
    index: jax.Array,
    carry: Carry,
    curves: Curves,
) -> tuple[Carry, Curves]:
    loss, metric = evaluate(plan, layout, carry.vector, carry.state, validation)
    train_loss = carry.loss_sum / carry.steps
    curves = Curves(
        curves.train_loss.at[index].set(train_loss),
        curves.gradient_norm.at[index].set(carry.norm_sum / carry.steps),
        curves.validation_loss.at[index].set(loss),
        curves.validation_metric.at[index].set(metric),
    )
    epoch = carry.epoch + 1
    better = loss < carry.best_loss - limits.gain
    keep = partial(jax.tree.map, lambda new, old: jnp.where(better, new, old))
    best_epoch = jnp.where(better, epoch, carry.best_epoch)
    finite = jnp.isfinite(train_loss) & jnp.isfinite(loss)
    waited = (epoch - best_epoch >= limits.patience).astype(jnp.int32)
    stopped = jnp.where(limits.sign * metric >= limits.goal, 3, waited)
    stopped = jnp.where(finite, stopped, 2)
    zero = jnp.zeros((), jnp.float32)
    carry = carry._replace(
        best_vector=keep(carry.vector, carry.best_vector),
        best_state=keep(carry.state, carry.best_state),
        best_loss=jnp.where(better, loss, carry.best_loss),
        best_epoch=best_epoch,
        epoch=epoch,
        stopped=stopped,
        loss_sum=zero,
        norm_sum=zero,
        steps=jnp.zeros((), jnp.int32),
    )
    return carry, curves
