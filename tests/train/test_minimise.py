from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize, rosen, rosen_der

from piste.core.errors import SettingError
from piste.train.minimise import Point, minimise
from piste.train.optimisers import NAMES, Optimiser
from piste.train.schedules import rates

BOWL = np.array([1.0, -10.0, 25.0])  # (w - 5) ** 2


def polynomial(w: jax.Array, coefficients: jax.Array) -> jax.Array:
    return coefficients[0] * w**2 + coefficients[1] * w + coefficients[2]


def mean_square(parameters: dict[str, jax.Array], inputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.mean(jnp.square(inputs @ parameters["weight"] + parameters["bias"] - targets))


def rosenbrock(parameters: dict[str, jax.Array]) -> jax.Array:
    x = jnp.concatenate([parameters["first"], parameters["rest"]])
    return jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


def line(rows: int = 64) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(rows, 3))
    return inputs, inputs @ [1.0, -2.0, 0.5] + 0.7 + 0.1 * generator.normal(size=rows)


ZERO = {"weight": np.zeros(3), "bias": np.zeros(())}


def test_the_text_book_bowl() -> None:
    one = minimise(polynomial, 0.0, BOWL, steps=1, optimiser="sgd", learning_rate=0.01)
    assert float(one.parameters) == pytest.approx(0.1, rel=1e-6)
    many = minimise(polynomial, 0.0, BOWL, steps=1000, optimiser="sgd", learning_rate=0.01)
    assert f"{float(many.parameters):.5f}" == "4.99999"
    other = minimise(polynomial, 0.0, [1.0, -20.0, 100.0], steps=1000, optimiser="sgd", learning_rate=0.01)
    assert float(other.parameters) == pytest.approx(10.0, abs=1e-4)


def test_every_step_of_gradient_descent_has_a_closed_form() -> None:
    found = minimise(polynomial, 0.0, BOWL, steps=20, optimiser="sgd", learning_rate=0.1)
    expected = 25.0 * 0.8 ** (2 * np.arange(21))  # w - 5 shrinks by 1 - 2 * 0.1 in each step
    np.testing.assert_allclose(found.values, expected, rtol=1e-5, atol=1e-5)
    assert found.value == found.values[-1]
    assert found.gradient_norm == pytest.approx(10.0 * 0.8**20, rel=1e-4)
    assert (found.steps, found.stopped) == (20, "steps")


def test_float64_is_kept_where_it_is_switched_on() -> None:
    with jax.enable_x64(True):
        one = minimise(polynomial, 0.0, BOWL, steps=1, optimiser="sgd", learning_rate=0.01)
        assert one.parameters.dtype == np.float64
        assert float(one.parameters) == 0.1
        narrow = minimise(polynomial, np.float32(0.0), BOWL.astype(np.float32), steps=1, optimiser="sgd")
        assert narrow.parameters.dtype == np.float32
    assert minimise(polynomial, np.zeros(()), BOWL, steps=1).parameters.dtype == np.float32


def test_lbfgs_agrees_with_scipy_on_a_tree() -> None:
    start = np.array([-1.2, 1.0, 0.8, -0.5])
    expected = minimize(rosen, start, jac=rosen_der, method="L-BFGS-B", options={"gtol": 1e-10, "ftol": 0.0})
    with jax.enable_x64(True):
        tree = {"first": start[:1], "rest": start[1:]}
        found = minimise(rosenbrock, tree, steps=200, optimiser="lbfgs", tolerance=1e-9)
    assert found.stopped == "tolerance"
    assert found.gradient_norm <= 1e-9
    assert found.steps < 100
    assert set(found.parameters) == {"first", "rest"}
    np.testing.assert_allclose(np.append(found.parameters["first"], found.parameters["rest"]), expected.x, atol=1e-7)


@pytest.mark.parametrize("optimiser", ["lbfgs", "nesterov", optax.adam(0.05)])
def test_least_squares(optimiser: Any) -> None:
    inputs, targets = line()
    rate = 0.1 if optimiser == "nesterov" else None
    found = minimise(mean_square, ZERO, inputs, targets, steps=600, optimiser=optimiser, learning_rate=rate)
    solution = np.linalg.lstsq(np.column_stack([inputs, np.ones(64)]), targets, rcond=None)[0]
    np.testing.assert_allclose(found.parameters["weight"], solution[:3], atol=1e-4)
    np.testing.assert_allclose(found.parameters["bias"], solution[3], atol=1e-4)


def test_batches_reach_the_least_squares_solution_too() -> None:
    inputs, targets = line(400)
    falling = rates("cosine", 0.05, 2000)
    found, again, other = (
        minimise(mean_square, ZERO, inputs, targets, steps=2000, learning_rate=falling, batch_size=16, seed=seed)
        for seed in (1, 1, 2)
    )
    solution = np.linalg.lstsq(np.column_stack([inputs, np.ones(400)]), targets, rcond=None)[0]
    np.testing.assert_allclose(found.parameters["weight"], solution[:3], atol=5e-3)
    np.testing.assert_array_equal(found.values, again.values)
    assert np.any(found.values != other.values)
    whole = np.mean((inputs @ found.parameters["weight"] + found.parameters["bias"] - targets) ** 2)
    assert found.value == pytest.approx(whole, rel=1e-5)


def test_one_step_on_a_batch_is_the_mean_over_its_rows() -> None:
    rows = np.arange(12.0)

    def mean(w: jax.Array, values: jax.Array, slope: jax.Array) -> jax.Array:
        return slope * w * jnp.mean(values)

    found = minimise(mean, 1.0, rows, 2.0, steps=3, optimiser="sgd", learning_rate=0.1, batch_size=4)
    # Three batches of four are all twelve rows, each once: the three gradients sum to 2 * 3 * the mean of all.
    assert float(found.parameters) == pytest.approx(1.0 - 0.1 * 2 * 3 * rows.mean(), rel=1e-5)


def test_an_optimiser_brings_its_safeguards() -> None:
    clipped = minimise(polynomial, 0.0, BOWL, steps=1, optimiser=Optimiser("sgd", clip=1.0), learning_rate=0.5)
    assert float(clipped.parameters) == pytest.approx(0.5)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "lbfgs"])
def test_every_named_optimiser_goes_downhill(name: str) -> None:
    inputs, targets = line(rows=32)
    start = {"weight": np.full((3,), 0.1), "bias": np.zeros(())}
    found = minimise(mean_square, start, inputs, targets, steps=40, optimiser=name)
    assert np.all(np.isfinite(found.values))
    assert found.value < found.values[0]


def test_a_divergence_ends_at_the_last_finite_place() -> None:
    found = minimise(polynomial, 0.0, BOWL, steps=1000, optimiser="sgd", learning_rate=10.0)
    assert found.stopped == "diverged"
    assert 0 < found.steps < 1000
    assert np.isfinite(found.value)
    assert len(found.values) == found.steps + 1
    assert np.all(np.isfinite(found.values))


def test_the_watch_hears_of_the_way() -> None:
    points: list[Point] = []
    found = minimise(polynomial, 0.0, BOWL, steps=1500, optimiser="sgd", learning_rate=1e-3, watch=points.append)
    assert [point.steps for point in points] == sorted({point.steps for point in points})
    assert points[-1].steps == found.steps == 1500
    assert points[-1].value == pytest.approx(float(found.values[-2]))


@pytest.mark.parametrize(
    ("setting", "value"),
    [("steps", 0), ("batch_size", 0), ("tolerance", -1.0), ("seed", -1), ("steps", 1.5)],
)
def test_settings_out_of_range_are_refused(setting: str, value: Any) -> None:
    with pytest.raises(SettingError, match=f"'{setting}' setting must be .* Got {value}"):
        minimise(polynomial, 0.0, BOWL, **{setting: value})
