"""Each optimiser against its paper's update, worked in float64 with NumPy."""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.train.layout import Parts
from piste.train.optimisers import BETA2, MOMENTUM, OPTIMISERS, Optimiser

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
            case "lamb":
                m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
                d = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-6)
                d = d * np.linalg.norm(x) / np.linalg.norm(d)
            case "muon":  # without matrices it is Adam
                m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
                d = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
            case "lion":
                d = np.sign(0.9 * m + 0.1 * g)
                m = 0.99 * m + 0.01 * g
        x = x - RATE * d
    return x


def by_piste(optimiser: Optimiser, gradients: list[Vector], start: Vector) -> NDArray[np.float32]:
    weights = (jnp.asarray(start, jnp.float32),)
    state = optimiser.init(weights)
    ones = (jnp.ones(len(start)),)
    for gradient in gradients:
        value = (jnp.asarray(gradient, jnp.float32),)
        (direction,), state = optimiser.direction(value, state, weights, ones)
        weights = (weights[0] - RATE * direction,)
    return np.asarray(weights[0])


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


@pytest.mark.parametrize("name", MOMENTUM)
def test_momentum_given_as_usual_changes_nothing_and_another_does(name: str) -> None:
    start, gradients = np.linspace(-1, 1, 5), list(np.random.default_rng(7).normal(size=(30, 5)))
    usual = by_piste(Optimiser(name), gradients, start)
    np.testing.assert_array_equal(by_piste(Optimiser(name, momentum=MOMENTUM[name]), gradients, start), usual)
    if name != "muon":  # whose momentum is that of matrices
        assert not np.allclose(by_piste(Optimiser(name, momentum=0.1), gradients, start), usual, atol=1e-4)


@pytest.mark.parametrize("name", BETA2)
def test_the_second_average_given_as_usual_changes_nothing_and_another_does(name: str, gradients: list[Vector]) -> None:
    start = np.linspace(-1, 1, 5)
    usual = by_piste(Optimiser(name), gradients, start)
    np.testing.assert_array_equal(by_piste(Optimiser(name, beta2=BETA2[name]), gradients, start), usual)
    assert not np.array_equal(by_piste(Optimiser(name, beta2=0.5), gradients, start), usual)


def test_what_an_optimiser_does_not_have_cannot_be_set() -> None:
    with pytest.raises(SettingError, match=r"'sgd' has no momentum.*momentum, nesterov"):
        Optimiser("sgd", momentum=0.9)
    with pytest.raises(SettingError, match="'momentum' has no beta2"):
        Optimiser("momentum", beta2=0.9)
    assert Optimiser("sgd", momentum=0.0).name == "sgd"


def test_penalties_are_gradients_on_top_of_the_loss() -> None:
    start, nothing = np.array([-2.0, 0.0, 0.5]), [np.zeros(3)]
    np.testing.assert_allclose(by_piste(Optimiser("sgd", l2=0.3), nothing, start), start * (1 - RATE * 0.3), rtol=1e-6)
    moved = by_piste(Optimiser("sgd", l1=0.3), nothing, start)
    np.testing.assert_allclose(moved, start - RATE * 0.3 * np.sign(start), rtol=1e-6)


def test_the_penalty_is_what_its_gradient_says() -> None:
    optimiser, mask = Optimiser("sgd", l1=0.3, l2=0.7), (jnp.asarray([1.0, 0.0, 1.0]),)
    weights = (jnp.asarray([-2.0, 5.0, 0.5]),)
    assert float(optimiser.penalty(weights, mask)) == pytest.approx(0.3 * 2.5 + 0.35 * 4.25)
    (slope,) = jax.grad(lambda w: optimiser.penalty(w, mask))(weights)
    np.testing.assert_allclose(optimiser.penalised((jnp.zeros(3),), weights, mask)[0], slope, rtol=1e-6)


@pytest.mark.parametrize("pull", [{"weight_decay": 0.5}, {"l1": 0.5}, {"l2": 0.5}])
def test_biases_are_pulled_only_on_request(pull: dict[str, float]) -> None:
    weights, mask, still = (jnp.ones(2),), (jnp.asarray([1.0, 0.0]),), (jnp.zeros(2),)
    for everywhere, moved in ((False, [True, False]), (True, [True, True])):
        optimiser = Optimiser("sgd", decay_all=everywhere, **pull)
        (direction,), _ = optimiser.direction(still, optimiser.init(weights), weights, mask)
        assert (np.asarray(direction) != 0).tolist() == moved


def test_clipping_by_value_cuts_each_number_by_itself() -> None:
    moved = by_piste(Optimiser("sgd", clip_value=1.0), [np.array([0.5, -9.0, 3.0])], np.zeros(3))
    np.testing.assert_allclose(moved, [-RATE * 0.5, RATE, -RATE], rtol=1e-6)


def test_adam_with_decay_is_pytorchs_adamw(gradients: list[Vector]) -> None:
    torch = pytest.importorskip("torch")
    start = np.linspace(-1, 1, 5)
    parameter = torch.nn.Parameter(torch.tensor(start))
    adam = torch.optim.AdamW([parameter], lr=RATE, betas=(0.8, 0.95), weight_decay=0.1)
    for gradient in gradients:
        parameter.grad = torch.tensor(gradient)
        adam.step()
    ours = by_piste(Optimiser("adamw", weight_decay=0.1, momentum=0.8, beta2=0.95), gradients, start)
    np.testing.assert_allclose(ours, parameter.detach().numpy(), atol=1e-6)


def test_what_is_off_adds_nothing_to_the_program() -> None:
    def operations(optimiser: Optimiser) -> int:
        weights = (jnp.ones(4),)
        state = optimiser.init(weights)
        return len(jax.make_jaxpr(optimiser.direction)(weights, state, weights, weights).eqns)

    assert operations(Optimiser("sgd")) == 0
    assert operations(Optimiser("sgd", weight_decay=0.1)) > 0


def test_an_unknown_optimiser_is_named() -> None:
    with pytest.raises(SettingError, match="'adamm'"):
        Optimiser("adamm")


def test_the_learning_rate_is_data_and_does_not_recompile(gradients: list[Vector]) -> None:
    optimiser = Optimiser("adam")
    traced = 0

    @jax.jit
    def step(weights: Parts, state: object, gradient: jax.Array, rate: jax.Array) -> tuple[Parts, object]:
        nonlocal traced
        traced += 1
        ones = (jnp.ones(5),)
        (direction,), state = optimiser.direction((gradient,), state, weights, ones)
        return (weights[0] - rate * direction,), state

    weights: Parts = (jnp.zeros(5),)
    state = optimiser.init(weights)
    for index, gradient in enumerate(gradients):
        weights, state = step(weights, state, jnp.asarray(gradient, jnp.float32), jnp.asarray(0.1 / (index + 1)))
    assert traced == 1
