"""One parameter update."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from piste.nn.augment.compose import augmented
from piste.nn.layer import Context
from piste.train import averaging
from piste.train.full_batch import lbfgs_step
from piste.train.gradients import in_pieces
from piste.train.optimisers import LBFGS
from piste.train.plan import Carry, Plan, Split
from piste.train.vector import Layout


def train_step(
    plan: Plan, layout: Layout, decayed: jax.Array, carry: Carry, batch: Split, rate: jax.Array, key: jax.Array
) -> Carry:
    """Return the carry after one parameter update on `batch`."""
    inputs, targets = augmented(plan.augment, key, batch.inputs, batch.targets)
    batch = Split(inputs, targets, batch.weight)
    if plan.optimiser.name == LBFGS:
        loss, state, gradient, direction, optimiser = _searched(plan, layout, decayed, carry, batch, key)
        norm = jnp.sqrt(jnp.sum(jnp.square(gradient)))
    else:
        loss, state, gradients = _gradients(plan, layout.unravel(carry.vector), carry.state, batch, key)
        gradient = layout.ravel(gradients)
        norm = jnp.sqrt(jnp.sum(jnp.square(gradient)))
        direction, optimiser = plan.optimiser.direction(gradient, norm, carry.optimiser, carry.vector, decayed, layout)
    if plan.plateau:
        rate = rate * carry.listening.factor
    vector = carry.vector - rate * direction
    return carry._replace(
        vector=vector,
        optimiser=optimiser,
        state=state,
        loss_sum=carry.loss_sum + loss,
        norm_sum=carry.norm_sum + norm,
        steps=carry.steps + 1,
        averages=averaging.after_step(plan.averaging, carry.averages, vector) if plan.averaging else (),
    )


def _gradients(plan: Plan, parameters: Any, state: Any, batch: Split, key: jax.Array) -> tuple[jax.Array, Any, Any]:
    """Return the batch's mean loss, the model's new state and the gradients.

    Differentiated by the tree, not by the vector: the transpose of every slice would fill a whole vector.
    """
    if plan.pieces > 1:

        def summed(parameters: Any, state: Any, piece: Split, key: jax.Array) -> tuple[jax.Array, Any]:
            outputs, state = plan.model.run(parameters, state, piece.inputs, Context(True, key))
            return jnp.sum(piece.weight * plan.loss(outputs, piece.targets)), state

        return in_pieces(summed, plan.pieces, parameters, state, batch, key)
    mean = partial(_mean_loss, plan, state, batch, key)
    (loss, state), gradients = jax.value_and_grad(mean, has_aux=True)(parameters)
    return loss, state, gradients


def _mean_loss(plan: Plan, state: Any, batch: Split, key: jax.Array, parameters: Any) -> tuple[jax.Array, Any]:
    outputs, state = plan.model.run(parameters, state, batch.inputs, Context(True, key))
    losses = plan.loss(outputs, batch.targets)
    return jnp.sum(batch.weight * losses) / jnp.sum(batch.weight), state


def _searched(
    plan: Plan, layout: Layout, decayed: jax.Array, carry: Carry, batch: Split, key: jax.Array
) -> tuple[jax.Array, Any, jax.Array, jax.Array, Any]:
    """Return loss, state, gradient, direction and memory of a step with a line search on loss and penalties."""

    def objective(vector: jax.Array) -> tuple[jax.Array, tuple[jax.Array, Any]]:
        loss, state = _mean_loss(plan, carry.state, batch, key, layout.unravel(vector))
        return loss + plan.optimiser.penalty(vector, decayed), (loss, state)

    _, (loss, state), gradient, direction, memory = lbfgs_step(objective, carry.vector, carry.optimiser)
    return loss, state, gradient, direction, memory
