"""Connections that skip layers."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.activations import Activation
from piste.nn.convolution import Conv1D
from piste.nn.dense import Dense
from piste.nn.dropout import StochasticDepth
from piste.nn.layer import Context, Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.residual import DenseConnection, Residual
from piste.nn.sequential import Sequential

INPUTS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


def test_the_body_is_added(initial: Callable[..., Any]) -> None:
    parameters, _ = initial(Residual(Dense(3)), (3,))
    body = INPUTS @ parameters["body"]["weight"] + parameters["body"]["bias"]
    outputs, _ = Residual(Dense(3)).run(parameters, {}, jnp.asarray(INPUTS), Context())
    np.testing.assert_allclose(outputs, INPUTS + body, rtol=1e-5)
    shortened = Residual(Dense(5), Dense(5, bias=False))
    both, _ = initial(shortened, (3,))
    outputs, _ = shortened.run(both, {}, jnp.asarray(INPUTS), Context())
    expected = INPUTS @ both["body"]["weight"] + both["body"]["bias"] + INPUTS @ both["shortcut"]["weight"]
    np.testing.assert_allclose(outputs, expected, rtol=1e-5)
    assert shortened.output_shape((3,)) == (5,)


def test_the_body_stands_beside(initial: Callable[..., Any]) -> None:
    parameters, _ = initial(DenseConnection(Dense(2)), (3,))
    body = INPUTS @ parameters["body"]["weight"] + parameters["body"]["bias"]
    outputs, _ = DenseConnection(Dense(2)).run(parameters, {}, jnp.asarray(INPUTS), Context())
    np.testing.assert_allclose(outputs, np.concatenate([INPUTS, body], axis=1), rtol=1e-5)


@pytest.mark.parametrize(
    "layer",
    [Residual(Sequential((Dense(4), BatchNorm(), Activation("tanh"))), Dense(4)), DenseConnection(BatchNorm())],
)
def test_gradients(layer: Layer, gradient_error: Callable[..., float]) -> None:
    assert gradient_error(layer, INPUTS.astype(np.float64), Context(True)) < 1e-7


@pytest.mark.parametrize("kind", [Residual, DenseConnection])
def test_running_state_and_keys_reach_the_body(kind: Any, initial: Callable[..., Any]) -> None:
    layer = kind(Sequential((BatchNorm(momentum=0.5), StochasticDepth(0.5))))
    parameters, state = initial(layer, (3,))
    _, after = layer.run(parameters, state, jnp.asarray(INPUTS), Context(True, jax.random.key(0)))
    before = state["body"]["00_batch_norm"]["mean"]
    np.testing.assert_allclose(after["body"]["00_batch_norm"]["mean"], 0.5 * before + 0.5 * INPUTS.mean(0), rtol=1e-5)


def test_padded_sequences_as_alone(padded_equals_alone: Callable[..., None]) -> None:
    padded_equals_alone(Sequential((Residual(Conv1D(3)), DenseConnection(Conv1D(2)), Conv1D(4))), (9, 6), 9, 3)


def test_the_mask_of_a_strided_body_goes_on(initial: Callable[..., Any]) -> None:
    layer = Residual(Conv1D(3, stride=2), Conv1D(3, 1, stride=2))
    mask = jnp.asarray([[True, True, True, False, False, False]])
    parameters, _ = initial(layer, (6, 3))
    _, _, context = layer.flow(parameters, {}, jnp.ones((1, 6, 3)), Context(mask=mask))
    assert context.mask is not None
    assert context.mask.tolist() == [[True, True, False]]


def test_unlike_shapes_are_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"the body gives \(4,\) and the shortcut \(3,\); .* give a shortcut layer"):
        Residual(Dense(4)).run({"body": {"weight": jnp.ones((3, 4)), "bias": 0}}, {}, jnp.ones((2, 3)), Context())
    with pytest.raises(SettingError, match="must keep all axes but the features"):
        DenseConnection(Conv1D(2, padding="valid")).output_shape((6, 3))
