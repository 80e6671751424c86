"""Numbers of a table as vectors."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.layer import Context
from piste.nn.numbers import NumberEmbedding

ROWS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)


def test_as_the_formula(initial: Callable[..., Any]) -> None:
    layer = NumberEmbedding(2, 5)
    parameters, _ = initial(layer, (3,))
    expected = np.zeros((4, 3, 2))
    for feature in range(3):
        angles = 2 * np.pi * ROWS[:, feature, None] * parameters["frequency"][feature]
        waves = np.concatenate([np.sin(angles), np.cos(angles)], axis=1)
        expected[:, feature] = np.maximum(waves @ parameters["weight"][feature] + parameters["bias"][feature], 0)
    outputs = layer(parameters, jnp.asarray(ROWS), Context())
    np.testing.assert_allclose(outputs, expected.reshape(4, 6), rtol=1e-4, atol=1e-5)


def test_gradients(gradient_error: Callable[..., float]) -> None:
    assert gradient_error(NumberEmbedding(2, 5), ROWS.astype(np.float64), Context()) < 1e-7


def test_the_scale_does_not_depend_on_the_number_of_features() -> None:
    weights = jax.jit(lambda key: NumberEmbedding(50, 20).init(key, (30,)))(jax.random.key(0))["weight"]
    assert weights.shape == (30, 40, 50)
    np.testing.assert_allclose(float(jnp.var(weights)), 2 / 40, rtol=0.05)


def test_anything_but_rows_is_refused() -> None:
    with pytest.raises(SettingError, match=r"takes rows of a table \(features\)\. Got \(4, 3\) instead"):
        NumberEmbedding().init(jax.random.key(0), (4, 3))
