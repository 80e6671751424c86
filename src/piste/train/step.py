"""One parameter update."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from piste.nn.augment.compose import augmented
from piste.nn.layer import Context
from piste.train import averaging
from piste.train.forward import forward
from piste.train.full_batch import lbfgs_step
from piste.train.gradients import in_pieces
from piste.train.layout import Layout, Parts
from piste.train.optimisers import LBFGS
from piste.train.plan import Carry, Plan, Split
from piste.train.precision import kept
from piste.train.sharding import split


def train_step(
    plan: Plan, layout: Layout, decayed: Parts, carry: Carry, batch: Split, rate: jax.Array, key: jax.Array
) -> Carry:
    """Return the carry after one parameter update on `batch`."""
    batch = kept(plan.precision, split(plan.devices, batch))
    inputs, targets = augmented(plan.augment, key, batch.inputs, batch.targets)
    batch = batch._replace(inputs=inputs, targets=targets)
    if plan.optimiser.name == LBFGS:
        loss, state, gradient, direction, optimiser = _searched(plan, layout, decayed, carry, batch, key)
    else:
        loss, state, gradients = slopes(plan, layout.unpack(carry.weights), carry.state, batch, key)
        gradient = layout.pack(gradients)
        direction, optimiser = plan.optimiser.direction(gradient, carry.optimiser, carry.weights, decayed, layout)
    if plan.plateau:
        rate = rate * carry.listening.factor
    weights = jax.tree.map(lambda weight, step: weight - rate * step, carry.weights, direction)
    watched = isinstance(carry.highest, jax.Array)
    if watched:
        # A step whose loss is not finite is not made: what it was computed from can then be looked at.
        keep = partial(jnp.where, jnp.isfinite(loss))
        weights = jax.tree.map(keep, weights, carry.weights)
    return carry._replace(
        weights=weights,
        optimiser=optimiser,
        state=state,
        gradient=gradient,
        loss_sum=carry.loss_sum + loss,
        steps=carry.steps + 1,
        averages=averaging.after_step(plan.averaging, carry.averages, weights) if plan.averaging else (),
        highest=jnp.maximum(carry.highest, loss) if watched else (),
    )


def slopes(plan: Plan, parameters: Any, state: Any, batch: Split, key: jax.Array) -> tuple[jax.Array, Any, Any]:
    """Return the batch's mean loss, the model's new state and the gradients.

    Differentiated by the tree, not by its parts: the transpose of every slice would fill a whole vector.
    """
    if plan.pieces > 1:

        def summed(parameters: Any, state: Any, piece: Split, key: jax.Array) -> tuple[jax.Array, Any]:
            outputs, state = _forward(plan, parameters, state, piece, key)
            losses = plan.loss(outputs, piece.targets)
            return jnp.sum(losses if piece.weight is None else piece.weight * losses), state

        return in_pieces(summed, plan.pieces, parameters, state, batch, key)
    mean = partial(_mean_loss, plan, state, batch, key)
    (loss, state), gradients = jax.value_and_grad(mean, has_aux=True)(parameters)
    return loss, state, gradients


def _mean_loss(plan: Plan, state: Any, batch: Split, key: jax.Array, parameters: Any) -> tuple[jax.Array, Any]:
    outputs, state = _forward(plan, parameters, state, batch, key)
    losses = plan.loss(outputs, batch.targets)
    weight = batch.weight
    if batch.real is not None:
        real = batch.real.astype(losses.dtype)
        weight = real if weight is None else weight * real
    if weight is None:
        return jnp.mean(losses), state
    return jnp.sum(weight * losses) / jnp.sum(weight), state


def _forward(plan: Plan, parameters: Any, state: Any, batch: Split, key: jax.Array) -> tuple[jax.Array, Any]:
    context = Context(training=True, key=key, real=batch.real)
    return forward(plan.model, plan.precision, plan.devices, parameters, state, batch.inputs, context)


def _searched(
    plan: Plan, layout: Layout, decayed: Parts, carry: Carry, batch: Split, key: jax.Array
) -> tuple[jax.Array, Any, Parts, Parts, Any]:
    """Return loss, state, gradient, direction and memory of a step with a line search on loss and penalties."""

    def objective(weights: Parts) -> tuple[jax.Array, tuple[jax.Array, Any]]:
        loss, state = _mean_loss(plan, carry.state, batch, key, layout.unpack(weights))
        return loss + plan.optimiser.penalty(weights, decayed), (loss, state)

    _, (loss, state), gradient, direction, memory = lbfgs_step(objective, carry.weights, carry.optimiser)
    return loss, state, gradient, direction, memory
