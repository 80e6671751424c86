"""Branches: the same inputs several ways."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.activations import Activation
from piste.nn.branches import Add, Concatenate, Multiply
from piste.nn.dense import Dense
from piste.nn.embedding import Embedding
from piste.nn.layer import Context, Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.sequential import Sequential

INPUTS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
SAME = Sequential(())


@pytest.mark.parametrize(
    ("kind", "join"),
    [
        (Concatenate, lambda a, b, c: np.concatenate([a, b, c], axis=-1)),
        (Add, lambda a, b, c: a + b + c),
        (Multiply, lambda a, b, c: a * b * c),
    ],
)
def test_outputs_are_joined(kind: Any, join: Any, initial: Callable[..., Any]) -> None:
    layer = kind((SAME, Dense(3), Sequential((Dense(3, bias=False), Activation("tanh")))))
    parameters, _ = initial(layer, (3,))
    second = INPUTS @ parameters["01_dense"]["weight"] + parameters["01_dense"]["bias"]
    third = np.tanh(INPUTS @ parameters["02_sequential"]["00_dense"]["weight"])
    outputs, _ = layer.run(parameters, {}, jnp.asarray(INPUTS), Context())
    np.testing.assert_allclose(outputs, join(INPUTS, second, third), rtol=1e-5, atol=1e-6)
    assert layer.output_shape((3,)) == outputs.shape[1:]


@pytest.mark.parametrize("kind", [Concatenate, Add, Multiply])
def test_gradients(kind: Any, gradient_error: Callable[..., float]) -> None:
    layer = kind((Dense(3), BatchNorm(), SAME))
    assert gradient_error(layer, INPUTS.astype(np.float64), Context(True)) < 1e-7


def test_running_state_of_a_branch_is_kept(initial: Callable[..., Any]) -> None:
    layer = Add((SAME, BatchNorm(momentum=0.5)))
    parameters, state = initial(layer, (3,))
    _, after = layer.run(parameters, state, jnp.asarray(INPUTS), Context(True))
    expected = 0.5 * state["01_batch_norm"]["mean"] + 0.5 * INPUTS.mean(0)
    np.testing.assert_allclose(after["01_batch_norm"]["mean"], expected, rtol=1e-5)


def test_the_first_branch_says_the_mask() -> None:
    layer: Layer = Concatenate((Embedding(5, 2, padding=0), Embedding(5, 3)))
    parameters = {"00_embedding": {"weight": jnp.ones((5, 2))}, "01_embedding": {"weight": jnp.ones((5, 3))}}
    outputs, _, context = layer.flow(parameters, {}, jnp.asarray([[1, 0]]), Context())
    assert outputs.shape == (1, 2, 5)
    assert context.mask is not None
    assert context.mask.tolist() == [[True, False]]


def test_bad_settings_are_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"Add needs at least one layer\. Got none"):
        Add(())
    with pytest.raises(SettingError, match=r"Add needs outputs of one shape\. Got \(3,\), \(4,\)"):
        Add((SAME, Dense(4))).output_shape((3,))
    with pytest.raises(SettingError, match="differ in features alone"):
        Concatenate((Embedding(5, 2), SAME)).output_shape((3,))
    with pytest.raises(SettingError, match="The 'layers' setting must be"):
        Concatenate((Dense(3), "dense"))  # type: ignore[arg-type]


def test_each_branch_draws_for_itself() -> None:
    parameters = jax.jit(lambda key: Add((Dense(3), Dense(3))).init(key, (3,)))(jax.random.key(0))
    assert (parameters["00_dense"]["weight"] != parameters["01_dense"]["weight"]).all()
