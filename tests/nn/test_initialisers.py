"""The spread of fresh weights."""

import jax
import numpy as np
import pytest

from piste.nn.initialisers import INITIALISERS, fans, orthogonal

SHAPES = [(300, 200), (3, 3, 40, 60)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("he_normal", lambda into, out: 2 / into),
        ("lecun_normal", lambda into, out: 1 / into),
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
