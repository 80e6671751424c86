"""A training put together anew from network, loss and optimiser, where a person's own step stood."""

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from piste.core.keys import generator
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.pipeline import Pipeline
from piste.lint.remedies.remedy import NotFixed

_BATCH = 64  # examples of a step where no batch size is declared


class Carried(NamedTuple):
    """What the step hands on: parameters, running statistics, the optimiser's memory, and the key of its draws."""

    parameters: Any
    state: Any
    memory: Any
    key: Any


def without_own_step(pipeline: Pipeline) -> Pipeline:
    """Return `pipeline`, its own step replaced by one that is put together; unchanged where it has none."""
    return pipeline if pipeline.step is None else with_step(pipeline)


def with_step(pipeline: Pipeline) -> Pipeline:
    """Return `pipeline` with start, step and predict made of its network in training mode, its loss and optimiser.

    The pieces that took the state of another step go: `save` and `restore` for good, while `evaluate` becomes the
    metric of the test split. Raises `NotFixed` where network, loss or optimiser are missing or not written in JAX.
    """
    net = Bench(pipeline).probe(network)
    loss, optimiser = pipeline.loss, pipeline.optimiser
    if loss is None or optimiser is None or not net.traceable:
        raise NotFixed("The step can be put together anew from a network, a loss and an optimiser in JAX alone.")

    def start(seed: int) -> Carried:
        parameters, state = (net.parameters, net.state) if net.init is None else net.init(seed)
        return Carried(parameters, state, optimiser.init(parameters), jax.random.key_data(jax.random.key(seed)))

    def mean(parameters: Any, state: Any, inputs: Any, targets: Any, key: Any) -> tuple[Any, Any]:
        if net.train is None:
            outputs = net.evaluate(parameters, state, inputs)
        else:
            outputs, state = net.train(parameters, state, inputs, key)
        return jnp.mean(jnp.asarray(loss(outputs, targets))), state

    @jax.jit
    def step(carried: Carried, inputs: Any, targets: Any) -> tuple[Carried, Any]:
        parameters, state, memory, key = carried
        ours, drawn = jax.random.split(jax.random.wrap_key_data(key))
        slope = jax.value_and_grad(mean, has_aux=True)
        (value, state), gradient = slope(parameters, state, inputs, targets, drawn)
        updates, memory = optimiser.update(gradient, memory, parameters)
        moved = jax.tree.map(lambda one, change: (one + change).astype(one.dtype), parameters, updates)
        return Carried(moved, state, memory, jax.random.key_data(ours)), value

    def predict(carried: Carried, inputs: Any) -> Any:
        return net.evaluate(carried.parameters, carried.state, inputs)

    return dataclasses.replace(
        pipeline,
        start=start,
        step=step,
        predict=predict,
        evaluate=evaluating(pipeline, predict) if pipeline.evaluate is not None else None,
        parameters_of=lambda carried: carried.parameters,
        with_parameters=lambda carried, parameters: carried._replace(parameters=parameters),
        save=None,
        restore=None,
    )


def evaluating(pipeline: Pipeline, predict: Callable[[Any, Any], Any]) -> Callable[[Any], float] | None:
    """Return the metric of what `predict` says of the split that judges; None where there is none."""
    split, metric = pipeline.test or pipeline.validation, pipeline.metric
    if split is None or metric is None:
        return None
    return lambda carried: float(np.mean(as_numpy(metric(predict(carried, split.inputs), split.targets))))


def with_stream(pipeline: Pipeline) -> Pipeline:
    """Return `pipeline` with a stream of whole batches of its train split, in an order of its own in each epoch."""
    train = pipeline.train
    if train is None or train.targets is None:
        raise NotFixed("Its examples are not given: train=(inputs, targets).")
    size = min(pipeline.batch_size or _BATCH, len(train))

    def stream(epoch: int) -> Any:
        order = generator(pipeline.seed, "stream", epoch).permutation(len(train))
        for first in range(0, len(order) - size + 1, size):
            rows = order[first : first + size]
            yield train.inputs[rows], train.targets[rows]

    return dataclasses.replace(pipeline, stream=stream, augment=None)
