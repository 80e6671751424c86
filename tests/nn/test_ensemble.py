"""Networks whose answers are averaged."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.special import expit, log_softmax, softmax

from piste.core.errors import SettingError
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.ensemble import Ensemble
from piste.nn.layer import Context
from piste.nn.normalisation import BatchNorm
from piste.nn.sequential import Sequential

INPUTS = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
NETWORKS = (Sequential((Dense(4), BatchNorm(), Dense(2))), Sequential((Dropout(0.5), Dense(2))), Dense(2))


def answers(initial: Callable[..., Any], of: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the outputs of an ensemble, and of each of its networks by itself (3, B, 2)."""
    layer = Ensemble(NETWORKS, of)  # type: ignore[arg-type]
    parameters, state = initial(layer, (3,))
    alone = [
        network.run(parameters[name], state.get(name, {}), jnp.asarray(INPUTS), Context())[0]
        for network, name in zip(NETWORKS, ("00_sequential", "01_sequential", "02_dense"), strict=True)
    ]
    outputs, _ = layer.run(parameters, state, jnp.asarray(INPUTS), Context())
    return np.asarray(outputs, np.float64), np.asarray(alone, np.float64)


def test_probabilities_of_classes_are_averaged(initial: Callable[..., Any]) -> None:
    outputs, alone = answers(initial, "classes")
    expected = softmax(alone, axis=-1).mean(axis=0)
    np.testing.assert_allclose(softmax(outputs, axis=-1), expected, rtol=1e-5)
    losses = -log_softmax(alone, axis=-1)[..., 0]
    assert (-log_softmax(outputs, axis=-1)[..., 0] <= losses.mean(axis=0) + 1e-6).all()


def test_probabilities_of_labels_are_averaged_each_for_itself(initial: Callable[..., Any]) -> None:
    outputs, alone = answers(initial, "labels")
    np.testing.assert_allclose(expit(outputs), expit(alone).mean(axis=0), rtol=1e-5)


def test_numbers_are_averaged(initial: Callable[..., Any]) -> None:
    outputs, alone = answers(initial, "numbers")
    np.testing.assert_allclose(outputs, alone.mean(axis=0), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("of", ["classes", "labels"])
def test_sure_networks_stay_finite(of: Any) -> None:
    layer = Ensemble((Sequential(()), Sequential(())), of)
    outputs, _ = layer.run({}, {}, jnp.asarray([[300.0, -300.0]]), Context())
    np.testing.assert_allclose(np.asarray(outputs)[0, 0] - np.asarray(outputs)[0, 1], 600.0, rtol=1e-5)


def test_what_outputs_are_must_be_known() -> None:
    with pytest.raises(SettingError, match="'of' setting must be one of"):
        Ensemble((Dense(2),), "words")  # type: ignore[arg-type]
