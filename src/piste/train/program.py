"""The compiled program: a stretch of training with its validation, as one loop on the device.

One call runs whole rounds (small data) or a piece of one (large data); a round is the steps up to a validation, by
default an epoch. Small batches are slices of examples permuted once per round, large ones are gathered by each step;
losses are summed in the carry; the best parameters are kept on the device. Data, rates and the order of the examples
are arguments, so nothing but a change of shape recompiles. Rows left over when the batch size does not divide the
split sit out that epoch; which ones is drawn anew each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from piste.nn.layer import Context
from piste.nn.metrics import WholeSplit
from piste.train import averaging, plateau
from piste.train.compiler import jitted
from piste.train.forward import forward
from piste.train.layout import Layout, Parts, norm
from piste.train.plan import Carry, Curves, Limits, Plan, Split, Stretch
from piste.train.precision import kept
from piste.train.sharding import placements
from piste.train.step import train_step

EVALUATION_CHUNK = 256  # examples per forward pass outside training: large enough to fill the cores
GATHERED = 1 << 17  # bytes of a batch's inputs from which a step gathers them where they lie


@dataclass(frozen=True)
class Replay:
    """The batches of a call's last round once more: `batch(step)` for each of `steps`, with the keys of their draws."""

    batch: Callable[[jax.Array], Split]
    steps: jax.Array
    key: Callable[[jax.Array], jax.Array]


def evaluate(plan: Plan, layout: Layout, weights: Parts, state: Any, split: Split) -> tuple[jax.Array, jax.Array]:
    """Return the mean loss and metric of a split whose rows are padded to whole chunks."""
    parameters, split = layout.unpack(weights), kept(plan.precision, split)
    weight = jnp.ones(len(split.targets)) if split.weight is None else split.weight
    chunked = (split.inputs, split.targets, weight)
    chunks = jax.tree.map(lambda leaf: leaf.reshape(-1, EVALUATION_CHUNK, *leaf.shape[1:]), chunked)
    metric = plan.metric

    def add(
        sums: tuple[jax.Array, jax.Array], chunk: tuple[jax.Array, jax.Array, jax.Array]
    ) -> tuple[tuple[jax.Array, jax.Array], jax.Array | None]:
        inputs, targets, weight = chunk
        outputs, _ = forward(plan.model, plan.precision, plan.devices, parameters, state, inputs, Context())
        loss = jnp.sum(weight * plan.loss(outputs, targets))
        if isinstance(metric, WholeSplit):
            return (sums[0] + loss, sums[1]), outputs
        return (sums[0] + loss, sums[1] + jnp.sum(weight * metric(outputs, targets))), None

    zero = jnp.zeros((), weight.dtype)
    (loss, summed), outputs = lax.scan(add, (zero, zero), chunks)
    total = jnp.sum(weight)
    if isinstance(metric, WholeSplit) and outputs is not None:
        together = outputs.reshape(-1, *outputs.shape[2:])
        return loss / total, metric.compute(together, split.targets, weight).astype(loss.dtype)
    return loss / total, summed / total


@lru_cache(maxsize=64)
def compiled(plan: Plan) -> Callable[[Carry, Split, Split, Stretch, Limits], tuple[Carry, Curves]]:
    """Return the program for `plan`: (carry, train, validation, stretch, limits) -> (carry, curves)."""
    return jitted(partial(_run, plan), donate_argnums=0, **placements(plan.devices))


def _run(
    plan: Plan, carry: Carry, train: Split, validation: Split, stretch: Stretch, limits: Limits
) -> tuple[Carry, Curves]:
    layout = plan.layout
    decayed = layout.of_rank_two()

    def one_round(loop: tuple[jax.Array, Carry, Curves]) -> tuple[jax.Array, Carry, Curves]:
        index, carry, curves = loop
        batch_of = _batches(train, stretch.order[index])

        def key_of(step: jax.Array) -> jax.Array:
            return jax.random.fold_in(stretch.key, stretch.first_steps[index] + step)

        def one_step(step: jax.Array, carry: Carry) -> Carry:
            rate = stretch.rates[index, step]
            return train_step(plan, layout, decayed, carry, batch_of(step), rate, key_of(step))

        carry = lax.fori_loop(0, stretch.steps[index], one_step, carry)
        again = Replay(batch_of, stretch.steps[index], key_of)
        carry, curves = lax.cond(
            stretch.validates,
            partial(_end_round, plan, layout, validation, limits, again),
            lambda index, carry, curves: (carry, curves),
            index, carry, curves,
        )  # fmt: skip
        return index + 1, carry, curves

    def goes_on(loop: tuple[jax.Array, Carry, Curves]) -> jax.Array:
        return (loop[0] < stretch.rounds) & (loop[1].stopped == 0)

    empty = jnp.full(stretch.order.shape[0], jnp.nan, carry.loss_sum.dtype)
    start = (jnp.zeros((), jnp.int32), carry, Curves(empty, empty, empty, empty, empty if plan.plateau else ()))
    _, carry, curves = lax.while_loop(goes_on, one_round, start)
    return carry, curves


def _batches(train: Split, order: jax.Array) -> Callable[[jax.Array], Split]:
    """Return the function that gives the examples of a step; `order` (S, B) has the rows of a round."""
    if train.inputs.nbytes * order.shape[1] >= GATHERED * len(train.inputs):

        def gathered(step: jax.Array) -> Split:
            batch = jax.tree.map(lambda leaf: leaf.at[order[step]].get(mode="promise_in_bounds"), train)
            # Without the barrier every layer that reads the inputs would gather them once more.
            return Split(*lax.optimization_barrier(batch))  # type: ignore[no-untyped-call]

        return gathered
    shuffled = jax.tree.map(lambda leaf: leaf.at[order.reshape(-1)].get(mode="promise_in_bounds"), train)

    def sliced(step: jax.Array) -> Split:
        cut = partial(lax.dynamic_slice_in_dim, start_index=step * order.shape[1], slice_size=order.shape[1])
        return jax.tree.map(cut, shuffled)

    return sliced


def _end_round(
    plan: Plan,
    layout: Layout,
    validation: Split,
    limits: Limits,
    again: Replay,
    index: jax.Array,
    carry: Carry,
    curves: Curves,
) -> tuple[Carry, Curves]:
    carry, weights, state = _candidate(plan, layout, limits, again, carry)
    loss, metric = evaluate(plan, layout, weights, state, validation)
    train_loss = carry.loss_sum / carry.steps
    curves = Curves(
        curves.train_loss.at[index].set(train_loss),
        curves.gradient_norm.at[index].set(norm(carry.gradient)),
        curves.validation_loss.at[index].set(loss),
        curves.validation_metric.at[index].set(metric),
        curves.rate_factor.at[index].set(carry.listening.factor) if plan.plateau else (),
    )
    rounds = carry.rounds + 1
    better = loss < carry.best_loss - limits.gain
    keep = partial(jax.tree.map, lambda new, old: jnp.where(better, new, old))
    best_round = jnp.where(better, rounds, carry.best_round)
    finite = jnp.isfinite(train_loss) & jnp.isfinite(loss)
    waited = (rounds - best_round >= limits.patience).astype(jnp.int32)
    stopped = jnp.where(limits.sign * metric >= limits.goal, 3, waited)
    stopped = jnp.where(finite, stopped, 2)
    zero = jnp.zeros_like(carry.loss_sum)
    carry = carry._replace(
        best_weights=keep(weights, carry.best_weights),
        best_state=keep(state, carry.best_state),
        best_loss=jnp.where(better, loss, carry.best_loss),
        best_round=best_round,
        rounds=rounds,
        stopped=stopped,
        loss_sum=zero,
        steps=jnp.zeros((), jnp.int32),
        listening=plateau.after_round(plan.plateau, carry.listening, rounds, best_round) if plan.plateau else (),
    )
    return carry, curves


def _candidate(plan: Plan, layout: Layout, limits: Limits, again: Replay, carry: Carry) -> tuple[Carry, Parts, Any]:
    """Return the carry, and the weights and state to validate and keep: those of the last step, or averages."""
    if plan.averaging is None:
        return carry, carry.weights, carry.state
    reached = carry.rounds >= limits.average_from
    fresh = carry.averages.points == 0
    averages = averaging.after_round(plan.averaging, carry.averages, carry.weights, carry.steps, reached)
    weights = averaging.averaged(plan.averaging, averages, carry.weights)
    parameters = layout.unpack(weights)

    def run(state: Any, step: jax.Array) -> Any:
        inputs, context = again.batch(step).inputs, Context(True, again.key(step))
        return forward(plan.model, plan.precision, plan.devices, parameters, state, inputs, context)[1]

    start = jax.tree.map(lambda live, own: jnp.where(fresh, live, own), carry.state, averages.state)
    averages = averages._replace(state=averaging.remeasured(run, start, again.steps))
    return carry._replace(averages=averages), weights, averages.state
