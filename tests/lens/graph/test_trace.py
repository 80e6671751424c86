"""What nodes and folds are called, and where they were written."""

from typing import Any

import jax
import jax.numpy as jnp
import pytest

from piste.core.graphs import NodeKind
from piste.lens.look import look
from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.layer import Context
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential

ROWS = jnp.ones((2, 4))


def test_layers_are_folds_and_weights_lie_in_theirs() -> None:
    model = Sequential((Dense(4), Residual(Sequential((Activation("tanh"), Dense(4)))), Dense(1)))
    parameters = model.init(jax.random.key(0), (4,))
    seen = look(lambda p, x: jnp.mean(model.run(p, {}, x, Context())[0]), parameters, ROWS)
    folds = {one.path: one for one in seen.graph.groups}
    assert {"00_dense", "01_residual", "01_residual/body/00_activation", "02_dense"} <= set(folds)
    assert folds["01_residual"].weights == 20
    weight = seen.node("01_residual.body.01_dense.weight")
    assert seen.traced.groups[weight.group].path == "01_residual/body/01_dense"
    assert seen.node("00_dense/matmul").operation == "matmul"


def test_calls_are_folds_each_of_its_own() -> None:
    seen = look(lambda w: jnp.sum(jax.nn.log_softmax(w) + jax.nn.log_softmax(2 * w)), jnp.ones(3))
    assert [one.path for one in seen.graph.groups if one.kind == "call"] == ["log_softmax", "log_softmax:2"]
    assert seen.node("log_softmax:2/exp").operation == "exp"
    exp = next(one for one in seen.graph.nodes if one.name == "log_softmax/exp")
    assert exp.line.startswith("test_trace.py:")  # where the call is written


@pytest.mark.parametrize(
    ("parameters", "data", "names"),
    [
        (1.0, (), ["w"]),
        ([1.0, 2.0], (), ["w[0]", "w[1]"]),
        ({"a": {"b": 1.0}}, (2.0,), ["a.b", "x"]),
        ({"x": 1.0}, (2.0,), ["w.x", "x"]),
        ((1.0,), ({"x": 1.0, "y": 2.0},), ["w[0]", "x.x", "x.y"]),
    ],
)
def test_what_is_given_is_named_by_its_place(parameters: Any, data: Any, names: list[str]) -> None:
    def total(w: Any, x: Any = 0.0) -> Any:
        return sum(jax.tree.leaves((w, x)))

    seen = look(total, parameters, *data)
    assert [one.name for one in seen.nodes if one.step is None] == names


def test_what_the_function_was_closed_over_is_a_constant() -> None:
    table = jnp.arange(3.0)
    seen = look(lambda w: jnp.sum(w * table), jnp.ones(3))
    (constant,) = [one for one in seen.nodes if one.kind is NodeKind.CONSTANT]
    assert seen.value(constant).tolist() == [0.0, 1.0, 2.0]
    assert seen.gradient(constant) is None
