from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.layer import Context
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential
from piste.train.nodes import activations, evaluated, graph, traced

ROWS = jnp.asarray(np.random.default_rng(0).normal(size=(5, 4)), jnp.float32)
MATRIX = jnp.ones((4, 3))


def found(function: Any) -> list[tuple[str, str]]:
    return [(one.path, one.kind) for one in activations(graph(traced(function, ROWS)), len(ROWS))]


def test_activations_of_layers_are_named_by_their_paths() -> None:
    layers = Sequential((Dense(4), Activation("relu"), Residual(Sequential((Activation("tanh"), Dense(4)))), Dense(2)))
    parameters = layers.init(jax.random.key(0), (4,))
    names = found(lambda inputs: layers.run(parameters, {}, inputs, Context())[0])
    assert names == [("01_activation", "relu"), ("02_residual/body/00_activation", "tanh")]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: jax.nn.relu(x) @ MATRIX, ["relu"]),
        (lambda x: jnp.clip(x, 0.0, 6.0) @ MATRIX, ["relu"]),
        (lambda x: jax.nn.sigmoid(x) @ MATRIX, ["logistic"]),
        (lambda x: jnp.tanh(x).T.reshape(5, 4) @ MATRIX, ["tanh"]),
        (lambda x: jax.nn.silu(x) @ MATRIX, []),  # a gate
        (lambda x: jax.nn.gelu(x) @ MATRIX, []),
        (lambda x: jax.nn.sigmoid(x @ MATRIX), []),  # the outputs themselves
        (lambda x: jnp.sqrt(jnp.maximum(x, 0.0)) @ MATRIX, []),  # a safeguard
        (lambda x: x @ jnp.tanh(MATRIX), []),  # no values of examples
    ],
)
def test_only_hidden_activations_count(function: Any, expected: list[str]) -> None:
    assert [kind for _, kind in found(function)] == expected


def test_equal_paths_are_numbered() -> None:
    assert [path for path, _ in found(lambda x: jax.nn.relu(jax.nn.relu(x) @ jnp.ones((4, 4))) @ MATRIX)] == [
        "relu (1)",
        "relu (2)",
    ]


def test_a_trace_computes_what_the_function_does_and_shows_every_value() -> None:
    def function(x: jax.Array) -> jax.Array:
        return jnp.sum(jax.nn.softmax(jax.nn.relu(x) @ MATRIX, axis=-1)[:, 0] ** 2)

    trace = traced(jax.grad(function), ROWS)
    seen: dict[int, Any] = {}
    (gradient,) = evaluated(trace, [ROWS], seen.__setitem__)
    np.testing.assert_array_equal(gradient, jax.grad(function)(ROWS))
    nodes = graph(trace).nodes
    assert sorted(seen) == list(range(len(nodes)))
    assert all(node.shape == seen[number][0].shape for number, node in enumerate(nodes))
