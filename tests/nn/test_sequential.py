"""Layers one after another."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.layer import Context
from piste.nn.normalisation import BatchNorm
from piste.nn.recurrent import LSTM
from piste.nn.sequential import Sequential, child_name

INPUTS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


def test_widths_are_inferred_and_layers_composed(initial: Callable[..., Any]) -> None:
    model = Sequential((Dense(5), Activation("tanh"), Dense(2)))
    parameters, state = initial(model, (3,))
    assert sorted(parameters) == ["00_dense", "02_dense"]
    assert parameters["02_dense"]["weight"].shape == (5, 2)
    first, last = parameters["00_dense"], parameters["02_dense"]
    expected = np.tanh(INPUTS @ first["weight"] + first["bias"]) @ last["weight"] + last["bias"]
    np.testing.assert_allclose(model.run(parameters, state, jnp.asarray(INPUTS), Context())[0], expected, rtol=1e-5)
    assert model.output_shape((3,)) == (2,)


def test_no_layers_hand_the_inputs_on() -> None:
    outputs, state = Sequential(()).run({}, {}, jnp.asarray(INPUTS), Context())
    np.testing.assert_array_equal(outputs, INPUTS)
    assert state == {}


def test_gradients(gradient_error: Callable[..., float]) -> None:
    model = Sequential((Dense(5), BatchNorm(), Activation("tanh"), Dropout(0.7), Dense(2)))
    assert gradient_error(model, INPUTS.astype(np.float64), Context(True, jax.random.key(0))) < 1e-7


def test_running_state_is_kept_by_name(initial: Callable[..., Any]) -> None:
    model = Sequential((Activation("linear"), Sequential((BatchNorm(momentum=0.5),))))
    parameters, state = initial(model, (3,))
    _, after = model.run(parameters, state, jnp.asarray(INPUTS), Context(True))
    before = state["01_sequential"]["00_batch_norm"]["mean"]
    expected = 0.5 * before + 0.5 * INPUTS.mean(0)
    np.testing.assert_allclose(after["01_sequential"]["00_batch_norm"]["mean"], expected, rtol=1e-5)
    assert jax.tree.map(np.shape, after) == jax.tree.map(np.shape, state)


def test_equal_layers_draw_differently() -> None:
    model = Sequential((Dense(3), Dense(3)))
    parameters = jax.jit(lambda key: model.init(key, (3,)))(jax.random.key(0))
    assert (parameters["00_dense"]["weight"] != parameters["01_dense"]["weight"]).all()


def test_names_are_words() -> None:
    assert child_name(2, BatchNorm()) == "02_batch_norm"
    assert child_name(11, LSTM(3)) == "11_lstm"
