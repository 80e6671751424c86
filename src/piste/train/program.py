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
from typing import Any, NamedTuple, cast

import jax
import jax.numpy as jnp
from jax import lax

from piste.nn.layer import Context
from piste.nn.metrics import WholeSplit
from piste.train import averaging, plateau
from piste.train.compiler import jitted
from piste.train.examples import chunk_of
from piste.train.forward import forward
from piste.train.in_step import most, rounds
from piste.train.layout import Layout, Parts, norm
from piste.train.plan import Carry, Curves, Filled, Limits, Plan, Split, Stretch
from piste.train.precision import kept
from piste.train.seen import Blind, Seen, Tallies, eye_of, norms, rise
from piste.train.sharding import placements
from piste.train.step import train_step

GATHERED = 1 << 17  # bytes of a batch's inputs from which a step gathers them where they lie


@dataclass(frozen=True)
class Replay:
    """The batches of a call's last round once more: `batch(step)` for each of `steps`, with the keys of their draws."""

    batch: Callable[[jax.Array], Split]
    steps: jax.Array
    key: Callable[[jax.Array], jax.Array]


class Judged(NamedTuple):
    """A split's mean loss and metric, the loss of each example (N,), and what the activations did."""

    loss: jax.Array
    metric: jax.Array
    losses: jax.Array
    silent: jax.Array
    saturated: jax.Array


def evaluate(plan: Plan, layout: Layout, weights: Parts, state: Any, split: Split) -> tuple[jax.Array, jax.Array]:
    """Return the mean loss and metric of a split whose rows are padded to whole chunks."""
    found = judged(plan, layout, weights, state, split)
    return found.loss, found.metric


def judged(plan: Plan, layout: Layout, weights: Parts, state: Any, split: Split) -> Judged:
    """Return all that a split shows of a network; its rows are padded to whole chunks."""
    metric, size = plan.metric, chunk_of(split)
    eye = Blind(plan) if isinstance(plan, Filled) else eye_of(plan, size, split.inputs.dtype)
    parameters, split = layout.unpack(weights), kept(plan.precision, split)
    weight = jnp.ones(len(split.targets)) if split.weight is None else split.weight
    chunked = (split.inputs, split.targets, weight)
    chunks = jax.tree.map(lambda leaf: leaf.reshape(-1, size, *leaf.shape[1:]), chunked)

    def add(
        sums: tuple[jax.Array, Tallies], chunk: tuple[jax.Array, jax.Array, jax.Array]
    ) -> tuple[tuple[jax.Array, Tallies], tuple[jax.Array, jax.Array]]:
        inputs, targets, weight = chunk
        outputs, tallies = eye.look(parameters, state, inputs, weight)
        if isinstance(metric, WholeSplit):
            summed, kept_outputs = sums[0], outputs
        else:
            summed, kept_outputs = sums[0] + jnp.sum(weight * metric(outputs, targets)), jnp.zeros(())
        return (summed, eye.add(sums[1], tallies)), (plan.loss(outputs, targets), kept_outputs)

    zero = jnp.zeros((), weight.dtype)
    (summed, tallies), (losses, outputs) = lax.scan(add, (zero, eye.nothing()), chunks)
    total, losses = jnp.sum(weight), losses.reshape(-1)
    loss = jnp.sum(weight * losses) / total
    value = summed / total
    if isinstance(metric, WholeSplit):
        together = outputs.reshape(-1, *outputs.shape[2:])
        value = metric.compute(together, split.targets, weight).astype(loss.dtype)
    return Judged(loss, value, losses, *eye.shares(tallies, jnp.sum(weight > 0)))


@lru_cache(maxsize=64)
def compiled(plan: Plan) -> Callable[[Carry, Split, Split, Stretch, Limits], tuple[Carry, Curves]]:
    """Return the program for `plan`: (carry, train, validation, stretch, limits) -> (carry, curves)."""
    return jitted(partial(run_stretch, plan), donate_argnums=0, **placements(plan.devices))


def run_stretch(
    plan: Plan,
    carry: Carry,
    train: Split,
    validation: Split,
    stretch: Stretch,
    limits: Limits,
    axis: str | None = None,
    *,
    uneven: bool = False,
) -> tuple[Carry, Curves]:
    """Return the carry after the work of `stretch`, and what each of its rounds measured.

    Under `jax.vmap`, `axis` is the name of its axis: all go in step, until the last is done; who has no round left
    stays as it is. Unless they are `uneven`, their rounds must have equally many steps.
    """
    layout = plan.layout
    decayed = layout.of_rank_two()

    def one_round(loop: tuple[jax.Array, tuple[Carry, Curves]]) -> tuple[jax.Array, tuple[Carry, Curves]]:
        index, (carry, curves) = loop
        batch_of = _batches(train, stretch.order[index], stretch.batch)

        def key_of(step: jax.Array) -> jax.Array:
            return jax.random.fold_in(stretch.key, stretch.first_steps[index] + step)

        def one_step(step: jax.Array, carry: Carry) -> Carry:
            rate = stretch.rates[index, step]
            after = train_step(plan, layout, decayed, carry, batch_of(step), rate, key_of(step))
            if not uneven:
                return after
            return jax.tree.map(partial(jnp.where, step < stretch.steps[index]), after, carry)

        carry, before = _steps(most(axis, stretch.steps[index]), one_step, carry)
        again = Replay(batch_of, stretch.steps[index], key_of)
        carry, curves = lax.cond(
            most(axis, stretch.validates),
            partial(_end_round, plan, layout, validation, limits, again),
            lambda index, before, carry, curves: (carry, curves),
            index, before, carry, curves,
        )  # fmt: skip
        return index + 1, (carry, curves)

    def goes_on(loop: tuple[jax.Array, tuple[Carry, Curves]]) -> jax.Array:
        return (loop[0] < stretch.rounds) & (loop[1][0].stopped == 0)

    empty = jnp.full(stretch.order.shape[0], jnp.nan, carry.loss_sum.dtype)
    seen = _unseen(plan, layout, carry, validation, stretch.order.shape[0])
    start = (carry, Curves(empty, empty, empty, empty, empty if plan.plateau else (), seen))
    return rounds(axis, goes_on, one_round, start)


def _steps(count: jax.Array, one_step: Callable[[jax.Array, Carry], Carry], carry: Carry) -> tuple[Carry, Parts]:
    """Return the carry after `count` steps, and the weights before the last of them.

    Where the training is watched, no step follows one whose loss is not finite. The last step is a loop of its own, in
    the same code, so that only there the weights are copied.
    """
    if not isinstance(carry.highest, jax.Array):
        return lax.fori_loop(0, count, one_step, carry), carry.weights

    def goes_on(loop: tuple[jax.Array, jax.Array, Carry]) -> jax.Array:
        return (loop[0] < loop[1]) & jnp.isfinite(loop[2].loss_sum)

    def move(loop: tuple[jax.Array, jax.Array, Carry]) -> tuple[jax.Array, jax.Array, Carry]:
        return loop[0] + 1, loop[1], one_step(loop[0], loop[2])

    def part(number: jax.Array, loop: tuple[jax.Array, Carry, Parts]) -> tuple[jax.Array, Carry, Parts]:
        before = loop[1].weights
        step, _, carry = lax.while_loop(goes_on, move, (loop[0], count - 1 + number, loop[1]))
        return step, carry, before

    _, carry, before = lax.fori_loop(0, 2, part, (jnp.zeros((), jnp.int32), carry, carry.weights))
    return carry, before


def _unseen(plan: Plan, layout: Layout, carry: Carry, validation: Split, rounds: int) -> Any:
    """Return what `rounds` rounds show before they are made; nothing where the training is not watched."""
    if not isinstance(carry.highest, jax.Array):
        return ()
    layers = eye_of(plan, chunk_of(validation), validation.inputs.dtype).layers
    empty = jnp.full(rounds, jnp.nan, carry.loss_sum.dtype)
    leaf = jnp.full((rounds, len(layout.shapes)), jnp.nan, carry.loss_sum.dtype)
    layer = jnp.full((rounds, len(layers)), jnp.nan, jnp.float32)
    return Seen(jnp.zeros(rounds, jnp.int32), empty, empty, empty, leaf, leaf, leaf, layer, layer)


def _batches(train: Split, order: jax.Array, batch: jax.Array | None) -> Callable[[jax.Array], Split]:
    """Return the function that gives the examples of a step; `order` (S, B) has a round's rows, `batch` of B count."""
    real = None if batch is None else jnp.arange(order.shape[1]) < batch
    if train.inputs.nbytes * order.shape[1] >= GATHERED * len(train.inputs):

        def gathered(step: jax.Array) -> Split:
            batch = jax.tree.map(lambda leaf: leaf.at[order[step]].get(mode="promise_in_bounds"), train)
            # Without the barrier every layer that reads the inputs would gather them once more.
            return Split(*lax.optimization_barrier(batch))._replace(real=real)  # type: ignore[no-untyped-call]

        return gathered
    shuffled = jax.tree.map(lambda leaf: leaf.at[order.reshape(-1)].get(mode="promise_in_bounds"), train)

    def sliced(step: jax.Array) -> Split:
        cut = partial(lax.dynamic_slice_in_dim, start_index=step * order.shape[1], slice_size=order.shape[1])
        return cast(Split, jax.tree.map(cut, shuffled))._replace(real=real)

    return sliced


def _end_round(
    plan: Plan,
    layout: Layout,
    validation: Split,
    limits: Limits,
    again: Replay,
    index: jax.Array,
    before: Parts,
    carry: Carry,
    curves: Curves,
) -> tuple[Carry, Curves]:
    carry, weights, state = _candidate(plan, layout, limits, again, carry)
    found = judged(plan, layout, weights, state, validation)
    loss, metric = found.loss, found.metric
    train_loss = carry.loss_sum / carry.steps
    curves = Curves(
        curves.train_loss.at[index].set(train_loss),
        curves.gradient_norm.at[index].set(norm(carry.gradient)),
        curves.validation_loss.at[index].set(loss),
        curves.validation_metric.at[index].set(metric),
        curves.rate_factor.at[index].set(carry.listening.factor) if plan.plateau else (),
        curves.seen,
    )
    rounds = carry.rounds + 1
    better = loss < carry.best_loss - limits.gain
    if isinstance(curves.seen, Seen):
        seen = _seen(layout, before, carry, found, better, validation.weight)
        curves = curves._replace(seen=jax.tree.map(lambda all, one: all.at[index].set(one), curves.seen, seen))
        carry = carry._replace(
            highest=jnp.full_like(carry.highest, -jnp.inf),
            best_losses=jnp.where(better, found.losses, carry.best_losses),
        )
    keep = partial(jax.tree.map, lambda new, old: jnp.where(better, new, old))
    best_round = jnp.where(better, rounds, carry.best_round)
    finite = jnp.isfinite(train_loss) & jnp.isfinite(loss)
    waited = (rounds - jnp.maximum(best_round, limits.patient_from) >= limits.patience).astype(jnp.int32)
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


def _seen(
    layout: Layout, before: Parts, carry: Carry, found: Judged, better: jax.Array, weight: jax.Array | None
) -> Seen:
    counted = jnp.ones_like(found.losses) if weight is None else weight
    mean, error = rise(found.losses, carry.best_losses, counted)
    moved = jax.tree.map(jnp.subtract, carry.weights, before)
    return Seen(
        steps=carry.steps,
        highest=carry.highest,
        rise=jnp.where(better, 0.0, mean),
        rise_error=jnp.where(better, 0.0, error),
        weights=norms(layout, carry.weights),
        gradients=norms(layout, carry.gradient),
        updates=norms(layout, moved),
        silent=found.silent,
        saturated=found.saturated,
    )


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
        batch = again.batch(step)
        context = Context(True, again.key(step), real=batch.real)
        return forward(plan.model, plan.precision, plan.devices, parameters, state, batch.inputs, context)[1]

    start = jax.tree.map(lambda live, own: jnp.where(fresh, live, own), carry.state, averages.state)
    averages = averages._replace(state=averaging.remeasured(run, start, again.steps))
    return carry._replace(averages=averages), weights, averages.state
