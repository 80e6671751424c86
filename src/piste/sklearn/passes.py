"""One pass over new examples from where the training stands: what `partial_fit` does."""

import dataclasses
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from piste.core.keys import generator
from piste.nn.layer import Parameters, State
from piste.sklearn.examples import Weighted
from piste.sklearn.problem import Problem, as_split
from piste.train.compiler import jitted
from piste.train.fit import drawn, going_on
from piste.train.plan import Carry, Plan, Split
from piste.train.precision import in_its_precision, master
from piste.train.sharding import placements
from piste.train.step import train_step
from piste.train.timeline import named_key


def begin(problem: Problem, encoded: Weighted, seed: int) -> Carry:
    """Return the carry of a network that is drawn with `seed`, as training by `fit` would begin it."""
    return _on_host(drawn(_alone(problem.plan), as_split(encoded), problem.task, seed))


def go_on(problem: Problem, parameters: Parameters, state: State) -> Carry:
    """Return the carry of a network that is trained already; the optimiser starts anew."""
    return _on_host(going_on(_alone(problem.plan), parameters, state))


def _alone(plan: Plan) -> Plan:
    # Falling rates and averages are over a training whose length is known; a pass knows of no other.
    return dataclasses.replace(plan, plateau=None, averaging=None)


@in_its_precision
def one_pass(
    plan: Plan, carry: Carry, examples: Weighted, batch_size: int, rate: float, seed: int, count: int
) -> tuple[Carry, float]:
    """Return the carry after every example was in one batch, and the mean loss of the steps.

    `count` is the number of passes before this one: with `seed` it names the order of the examples and the draws of
    dropout.
    """
    batches = _batches(examples, min(batch_size, len(examples)), seed, count)
    steps = len(batches.targets)
    room = (1 << (steps - 1).bit_length()) - steps  # few lengths, so that few programs are compiled
    padded = jax.tree.map(lambda leaf: np.pad(leaf, [(0, room)] + [(0, 0)] * (leaf.ndim - 1)), batches)
    zero = jnp.zeros((), master(plan.precision))
    carry = carry._replace(loss_sum=zero, steps=jnp.zeros((), jnp.int32))
    carry = _compiled(_alone(plan))(carry, padded, jnp.float32(rate), named_key(seed, "pass", count), jnp.int32(steps))
    return _on_host(carry), float(carry.loss_sum) / steps


def _batches(examples: Weighted, size: int, seed: int, count: int) -> Split:
    rows = generator(seed, "pass", count).permutation(len(examples))
    # The last batch is filled up with rows that weigh nothing: real ones, because batch norm sees them.
    extra = -len(rows) % size
    filled = np.concatenate([rows, rows[:extra]]).reshape(-1, size)
    weights = np.append(np.ones(len(rows)), np.zeros(extra)).reshape(-1, size) * examples.weights[filled]
    return Split(examples.inputs[filled], examples.targets[filled], weights.astype(np.float32))


@lru_cache(maxsize=16)
def _compiled(plan: Plan) -> Callable[..., Carry]:
    return jitted(partial(_run, plan), **placements(plan.devices))


def _run(plan: Plan, carry: Carry, batches: Split, rate: jax.Array, key: jax.Array, steps: jax.Array) -> Carry:
    layout = plan.layout
    decayed = layout.of_rank_two()

    def one_step(step: jax.Array, carry: Carry) -> Carry:
        batch = jax.tree.map(lambda leaf: leaf[step], batches)
        return train_step(plan, layout, decayed, carry, batch, rate, jax.random.fold_in(key, step))

    return lax.fori_loop(0, steps, one_step, carry)


def _on_host(carry: Carry) -> Any:
    # NumPy arrays: they can be pickled with the estimator, and outlive a device.
    return jax.tree.map(np.asarray, carry)
