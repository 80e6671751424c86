"""The same training written by hand in bare JAX: the least that it can take.

One compiled program trains all epochs. The data, the order of the rows and the starting point are its arguments; an
epoch is one `lax.scan` over its steps; Adam works on all parameters as one vector. The test rows are judged after every
epoch. Nothing but the losses and the accuracy is measured or kept.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.flatten_util import ravel_pytree

from benchmarks.speed.entry import Entry
from benchmarks.speed.problem import CLASSES, Net, Problem

Parameters = list[dict[str, Any]]
Forward = Callable[[Any, jax.Array], jax.Array]
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


class Examples(NamedTuple):
    """Inputs (B, ...) and classes (B,), on the device."""

    inputs: jax.Array
    labels: jax.Array


class Adam(NamedTuple):
    """The parameters, the two averages and the number of steps."""

    vector: jax.Array
    first: jax.Array
    second: jax.Array
    steps: jax.Array


def by_hand(problem: Problem) -> Entry:
    """Return the contestant."""
    data = problem.rows
    draw, forward = NETS[problem.net.kind]
    drawn = partial(draw, problem.net, data.train.inputs.shape[1])
    empty, unravel = ravel_pytree(drawn(jax.random.key(0)))
    start = jax.jit(lambda key: ravel_pytree(drawn(key))[0])
    program = jax.jit(partial(_train, problem.learning_rate, forward, unravel))

    def trained(epochs: int) -> tuple[np.ndarray, float]:
        random = np.random.default_rng(0)
        count = len(data.train.labels)
        order = np.stack([random.permutation(count) for _ in range(epochs)]).astype(np.int32)
        order = order.reshape(epochs, problem.steps, problem.batch_size)
        vector, curves = program(start(jax.random.key(0)), *(Examples(*map(jnp.asarray, rows)) for rows in data), order)
        return np.asarray(vector), float(curves[2][-1])

    return Entry(trained, lambda result: result[1], empty.size)


def _train(
    rate: float,
    forward: Forward,
    unravel: Callable[[jax.Array], Any],
    vector: jax.Array,
    train: Examples,
    test: Examples,
    order: jax.Array,
) -> tuple[jax.Array, tuple[jax.Array, ...]]:
    """Return the trained vector, and of each epoch the train loss, test loss and accuracy.

    The order is (epochs, steps, batch).
    """

    def loss_of(parameters: Any, inputs: jax.Array, labels: jax.Array) -> jax.Array:
        outputs = forward(parameters, inputs)
        chosen = jnp.take_along_axis(outputs, labels[:, None], axis=1)[:, 0]
        return jnp.mean(jax.nn.logsumexp(outputs, axis=1) - chosen)

    def step(carry: tuple[Adam, jax.Array], batch: Examples) -> tuple[tuple[Adam, jax.Array], None]:
        adam, total = carry
        loss, slopes = jax.value_and_grad(loss_of)(unravel(adam.vector), *batch)
        return (_updated(adam, ravel_pytree(slopes)[0], rate), total + loss), None

    def epoch(adam: Adam, rows: jax.Array) -> tuple[Adam, Any]:
        shuffled = jax.tree.map(lambda leaf: jnp.take(leaf, rows.reshape(-1), axis=0), train)
        batches = jax.tree.map(lambda leaf: leaf.reshape(*rows.shape, *leaf.shape[1:]), shuffled)
        (adam, total), _ = lax.scan(step, (adam, jnp.zeros(())), batches)
        parameters = unravel(adam.vector)
        judged = loss_of(parameters, *test), jnp.mean(forward(parameters, test.inputs).argmax(1) == test.labels)
        return adam, (total / len(rows), *judged)

    zeros = jnp.zeros_like(vector)
    adam, curves = lax.scan(epoch, Adam(vector, zeros, zeros, jnp.zeros(())), order)
    return adam.vector, curves


def _updated(adam: Adam, gradient: jax.Array, rate: float) -> Adam:
    steps = adam.steps + 1
    first = BETA1 * adam.first + (1 - BETA1) * gradient
    second = BETA2 * adam.second + (1 - BETA2) * jnp.square(gradient)
    corrected = first / (1 - BETA1**steps)
    spread = jnp.sqrt(second / (1 - BETA2**steps)) + EPSILON
    return Adam(adam.vector - rate * corrected / spread, first, second, steps)


def _glorot(key: jax.Array, shape: tuple[int, int]) -> jax.Array:
    return jax.nn.initializers.glorot_uniform()(key, shape)


def _draw_dense(net: Net, features: int, key: jax.Array) -> Parameters:
    widths = (features, *net.widths, CLASSES)
    keys = jax.random.split(key, len(widths) - 1)
    return [
        {"weight": _glorot(one, (before, after)), "bias": jnp.zeros(after)}
        for one, before, after in zip(keys, widths, widths[1:], strict=False)
    ]


def _dense(parameters: Parameters, inputs: jax.Array) -> jax.Array:
    *hidden, last = parameters
    for layer in hidden:
        inputs = jax.nn.relu(inputs @ layer["weight"] + layer["bias"])
    return inputs @ last["weight"] + last["bias"]


def _draw_gru(net: Net, steps: int, key: jax.Array) -> dict[str, Any]:
    units = net.widths[0]
    keys = jax.random.split(key, 5)

    def way(given: jax.Array, carried: jax.Array) -> dict[str, jax.Array]:
        orthogonal = jax.nn.initializers.orthogonal()
        weight = [_glorot(one, (1, units)) for one in jax.random.split(given, 3)]
        recurrent = [orthogonal(one, (units, units)) for one in jax.random.split(carried, 3)]
        return {
            "weight": jnp.concatenate(weight, axis=1),
            "recurrent": jnp.concatenate(recurrent, axis=1),
            "bias": jnp.zeros(3 * units),
            "offset": jnp.zeros(units),
        }

    head = {"weight": _glorot(keys[4], (2 * units * steps, CLASSES)), "bias": jnp.zeros(CLASSES)}
    return {"there": way(keys[0], keys[1]), "back": way(keys[2], keys[3]), "head": head}


def _gru(parameters: dict[str, Any], inputs: jax.Array) -> jax.Array:
    states = [_states(parameters["there"], inputs, False), _states(parameters["back"], inputs, True)]
    head = parameters["head"]
    return jnp.concatenate(states, axis=-1).reshape(len(inputs), -1) @ head["weight"] + head["bias"]


def _states(parameters: dict[str, jax.Array], inputs: jax.Array, reverse: bool) -> jax.Array:
    """Return the states (B, T, units) of one direction, its products with the inputs taken before the loop."""
    units = parameters["recurrent"].shape[0]
    given = (inputs[:, :, None] @ parameters["weight"] + parameters["bias"]).swapaxes(0, 1)

    def step(state: jax.Array, now: jax.Array) -> tuple[jax.Array, jax.Array]:
        product = state @ parameters["recurrent"]
        reset, update = jnp.split(jax.nn.sigmoid(now[:, : 2 * units] + product[:, : 2 * units]), 2, axis=1)
        new = jnp.tanh(now[:, 2 * units :] + reset * (product[:, 2 * units :] + parameters["offset"]))
        state = new + update * (state - new)
        return state, state

    _, states = lax.scan(step, jnp.zeros((inputs.shape[0], units)), given, reverse=reverse)
    return states.swapaxes(0, 1)


NETS: dict[str, tuple[Callable[..., Any], Forward]] = {"dense": (_draw_dense, _dense), "gru": (_draw_gru, _gru)}
