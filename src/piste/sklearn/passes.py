"""One pass over new examples from where the training stands: what `partial_fit` does."""

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from numpy.typing import NDArray

from piste.core.keys import generator
from piste.core.records import Task
from piste.nn.head import output_bias, with_output_bias
from piste.nn.layer import Parameters, State
from piste.sklearn.examples import Weighted
from piste.train.compiler import jitted
from piste.train.plan import Carry, Plan, Split, initial_carry
from piste.train.step import train_step
from piste.train.timeline import named_key


def begin(plan: Plan, task: Task, targets: NDArray[np.generic], seed: int) -> Carry:
    """Return the carry of a network that is drawn with `seed`, its last bias set from `targets`."""
    parameters = plan.model.init(named_key(seed, "parameters"), plan.input_shape)
    bias = output_bias(task, targets, plan.model.output_shape(plan.input_shape)[-1])
    return go_on(plan, with_output_bias(plan.model, parameters, bias), plan.model.init_state(plan.input_shape))


def go_on(plan: Plan, parameters: Parameters, state: State) -> Carry:
    """Return the carry of a network that is trained already; the optimiser starts anew."""
    return _on_host(initial_carry(plan, plan.layout.ravel(parameters), state))


def one_pass(
    plan: Plan, carry: Carry, examples: Weighted, batch_size: int, rate: float, seed: int, count: int
) -> tuple[Carry, float]:
    """Return the carry after every example was in one batch, and the mean loss of the steps.

    `count` is the number of passes before this one: with `seed` it names the order of the examples and the draws of
    dropout.
    """
    batches = _batches(examples, min(batch_size, len(examples)), seed, count)
    steps = len(batches.weight)
    room = (1 << (steps - 1).bit_length()) - steps  # few lengths, so that few programs are compiled
    padded = jax.tree.map(lambda leaf: np.pad(leaf, [(0, room)] + [(0, 0)] * (leaf.ndim - 1)), batches)
    zero = jnp.zeros((), jnp.float32)
    carry = carry._replace(loss_sum=zero, norm_sum=zero, steps=jnp.zeros((), jnp.int32))
    carry = _compiled(plan)(carry, padded, jnp.float32(rate), named_key(seed, "pass", count), jnp.int32(steps))
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
    return jitted(partial(_run, plan))


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
