"""The spread of fresh weights."""

import jax
import numpy as np
import pytest

from piste.nn.activations import Activation
from piste.nn.initialisers import FOR_ACTIVATION, INITIALISERS, fans, initial_bias, orthogonal
from piste.nn.layer import Context

SHAPES = [(300, 200), (3, 3, 40, 60)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("he_normal", lambda into, out: 2 / into),
        ("lecun_normal", lambda into, out: 1 / into),
        ("tanh_normal", lambda into, out: 25 / 9 / into),
        ("sigmoid_normal", lambda into, out: 16 * 25 / 9 / into),
        ("glorot_uniform", lambda into, out: 2 / (into + out)),
        ("small_normal", lambda into, out: 0.01 / into),
        ("zeros", lambda into, out: 0.0),
    ],
)
def test_variances(shape: tuple[int, ...], name: str, variance: object) -> None:
    weights = np.asarray(jax.jit(lambda key: INITIALISERS[name](key, shape))(jax.random.key(0)))
    assert callable(variance)
    assert weights.shape == shape
    assert weights.dtype == np.float32
    # The variance of n draws is known to within about 3 sqrt(2 / n); the mean to 4 standard errors.
    np.testing.assert_allclose(weights.var(), variance(*fans(shape)), rtol=4 * np.sqrt(2 / weights.size), atol=1e-12)
    assert abs(weights.mean()) <= 4 * weights.std() / np.sqrt(weights.size)


def test_fans_count_the_window() -> None:
    assert fans((3, 5, 7, 11)) == (7 * 15, 11 * 15)
    assert fans((4, 6)) == (4, 6)


def test_orthogonal_rows() -> None:
    weights = np.asarray(jax.jit(lambda key: orthogonal(key, (5, 5)))(jax.random.key(0)))
    np.testing.assert_allclose(weights @ weights.T, np.eye(5), atol=1e-5)


def test_a_key_gives_the_same_weights_again() -> None:
    draw = jax.jit(lambda key: INITIALISERS["he_normal"](key, (3, 4)))
    np.testing.assert_array_equal(draw(jax.random.key(1)), draw(jax.random.key(1)))
    assert (draw(jax.random.key(1)) != draw(jax.random.key(2))).all()


@pytest.mark.parametrize("name", ["he_normal", "tanh_normal", "sigmoid_normal"])
def test_biases_spread_units_of_few_inputs_over_the_data(name: str) -> None:
    draw = jax.jit(lambda key: (INITIALISERS[name](key, (40, 9000)), initial_bias(key, name, (40, 9000))))
    weights, biases = map(np.asarray, draw(jax.random.key(0)))
    assert biases.shape == (9000,)
    np.testing.assert_allclose(biases.var(), weights.var() / 40, rtol=0.05)
    # In one dimension half the units then bend within one deviation of the middle of the data, and all elsewhere.
    weights, biases = map(np.asarray, jax.jit(lambda key: (
        INITIALISERS[name](key, (1, 9000))[0], initial_bias(jax.random.fold_in(key, 1), name, (1, 9000))
    ))(jax.random.key(0)))  # fmt: skip
    assert np.mean(np.abs(biases / weights) < 1) == pytest.approx(0.5, abs=0.03)


@pytest.mark.parametrize("name", ["lecun_normal", "small_normal", "zeros", "orthogonal", "glorot_uniform"])
def test_units_that_do_not_bend_have_no_bias_at_first(name: str) -> None:
    assert not np.any(initial_bias(jax.random.key(0), name, (4, 5)))


@pytest.mark.parametrize("name", ["tanh", "sigmoid"])
def test_saturating_units_bend_and_keep_their_spread_through_depth(name: str) -> None:
    initialiser, values = FOR_ACTIVATION[name], jax.random.normal(jax.random.key(1), (400, 2))
    spreads = []
    for layer in range(6):
        key = jax.random.fold_in(jax.random.key(2), layer)
        shape = (values.shape[1], 100)
        sums = values @ INITIALISERS[initialiser](key, shape) + initial_bias(
            jax.random.fold_in(key, 1), initialiser, shape
        )
        values = Activation(name)({}, sums, Context())
        spreads.append(float(np.asarray(values).std()) * (2 if name == "sigmoid" else 1))
    # Neither straight lines (a spread that falls with every layer) nor switches (a spread of 1).
    assert 0.4 < min(spreads) < max(spreads) < 0.9
