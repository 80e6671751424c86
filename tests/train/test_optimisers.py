"""Each optimiser against its paper's update, worked in float64 with NumPy."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.train.optimisers import OPTIMISERS, Optimiser

Vector = NDArray[np.float64]
RATE, STEPS = 0.01, 6


def by_hand(name: str, gradients: list[Vector], start: Vector) -> Vector:
    x, m, v, u = start.copy(), np.zeros_like(start), np.zeros_like(start), np.zeros_like(start)
    for t, g in enumerate(gradients, start=1):
        match name:
            case "sgd":
                d = g
            case "momentum":
                m = 0.9 * m + g
                d = m
            case "nesterov":
                m = 0.9 * m + g
                d = g + 0.9 * m
            case "adagrad":
                v += g**2
                d = g / np.sqrt(v + 1e-7)
            case "rmsprop":
                v = 0.9 * v + 0.1 * g**2
                d = g / (np.sqrt(v + 1e-8))
            case "adadelta":
                v = 0.9 * v + 0.1 * g**2
                d = np.sqrt(u + 1e-6) / np.sqrt(v + 1e-6) * g
                u = 0.9 * u + 0.1 * d**2
            case "adam" | "adamw":
                m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
                d = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
            case "nadam":
                m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
                ahead = 0.9 * m / (1 - 0.9 ** (t + 1)) + 0.1 * g / (1 - 0.9**t)
                d = ahead / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
            case "lion":
                d = np.sign(0.9 * m + 0.1 * g)
                m = 0.99 * m + 0.01 * g
        x = x - RATE * d
    return x


def by_piste(optimiser: Optimiser, gradients: list[Vector], start: Vector) -> NDArray[np.float32]:
    vector = jnp.asarray(start, jnp.float32)
    state = optimiser.init(vector)
    ones = jnp.ones_like(vector)
    for gradient in gradients:
        value = jnp.asarray(gradient, jnp.float32)
        norm = jnp.linalg.norm(value)
        direction, state = optimiser.direction(value, norm, state, vector, ones)
        vector = vector - RATE * direction
    return np.asarray(vector)


@pytest.fixture
def gradients() -> list[Vector]:
    generator = np.random.default_rng(3)
    return [generator.normal(size=5) for _ in range(STEPS)]


@pytest.mark.parametrize("name", OPTIMISERS)
def test_steps_follow_the_paper(name: str, gradients: list[Vector]) -> None:
    start = np.linspace(-1, 1, 5)
    np.testing.assert_allclose(by_piste(Optimiser(name), gradients, start), by_hand(name, gradients, start), atol=2e-6)


@pytest.mark.parametrize("name", ["sgd", "adamw", "lion"])
def test_weight_decay_is_decoupled_from_the_gradient(name: str) -> None:
    start = np.linspace(-1, 1, 5)
    nothing = [np.zeros(5)] * STEPS
    decayed = by_piste(Optimiser(name, weight_decay=0.5), nothing, start)
    np.testing.assert_allclose(decayed, start * (1 - RATE * 0.5) ** STEPS, rtol=1e-5)


def test_clipping_shortens_a_long_gradient_and_spares_a_short_one() -> None:
    optimiser = Optimiser("sgd", clip=1.0)
    moved: Callable[[float], float] = lambda size: float(by_piste(optimiser, [np.array([size])], np.zeros(1))[0])  # noqa: E731
    assert moved(0.5) == pytest.approx(-RATE * 0.5)
    assert moved(50.0) == pytest.approx(-RATE)


def test_clipping_nothing_is_no_division_by_zero() -> None:
    assert by_piste(Optimiser("sgd", clip=1.0), [np.zeros(3)], np.ones(3)).tolist() == [1, 1, 1]


def test_an_unknown_optimiser_is_named() -> None:
    with pytest.raises(SettingError, match="'adamm'"):
        Optimiser("adamm")


def test_the_learning_rate_is_data_and_does_not_recompile(gradients: list[Vector]) -> None:
    optimiser = Optimiser("adam")
    traced = 0

    @jax.jit
    def step(vector: jax.Array, state: object, gradient: jax.Array, rate: jax.Array) -> tuple[jax.Array, object]:
        nonlocal traced
        traced += 1
        direction, state = optimiser.direction(gradient, jnp.ones(()), state, vector, jnp.ones_like(vector))
        return vector - rate * direction, state

    vector = jnp.zeros(5)
    state = optimiser.init(vector)
    for index, gradient in enumerate(gradients):
        vector, state = step(vector, state, jnp.asarray(gradient, jnp.float32), jnp.asarray(0.1 / (index + 1)))
    assert traced == 1
