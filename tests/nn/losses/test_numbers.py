import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, mean_pinball_loss, mean_poisson_deviance

from piste.core.errors import SettingError
from piste.nn.losses import (
    AbsoluteError,
    Cosine,
    Huber,
    LogCosh,
    Poisson,
    Quantile,
    SquaredError,
    SumOfSquares,
)

GENERATOR = np.random.default_rng(0)
OUTPUTS, TARGETS = GENERATOR.normal(size=(30, 2)), 2 * GENERATOR.normal(size=(30, 2))


def mean(loss: object, outputs: np.ndarray, targets: np.ndarray) -> float:
    return float(jnp.mean(loss(jnp.asarray(outputs), jnp.asarray(targets))))  # type: ignore[operator]


def test_squared_error_is_the_mean_over_outputs_and_the_sum_is_the_sum() -> None:
    outputs, targets = jnp.array([[1.0, 2.0], [0.0, 0.0]]), jnp.array([[0.0, 4.0], [3.0, 0.0]])
    np.testing.assert_allclose(SquaredError()(outputs, targets), [2.5, 4.5])
    np.testing.assert_allclose(SumOfSquares()(outputs, targets), [5.0, 9.0])


def test_absolute_error_and_quantiles_are_scikit_learns() -> None:
    assert mean(AbsoluteError(), OUTPUTS, TARGETS) == pytest.approx(mean_absolute_error(TARGETS, OUTPUTS), rel=1e-5)
    for level in (0.1, 0.5, 0.9):
        expected = mean_pinball_loss(TARGETS, OUTPUTS, alpha=level)
        assert mean(Quantile(level), OUTPUTS, TARGETS) == pytest.approx(expected, rel=1e-5)


def test_poisson_differs_from_half_the_deviance_by_the_targets_own_term() -> None:
    counts = GENERATOR.poisson(3.0, size=(30, 1)).astype(float)
    logs = GENERATOR.normal(size=(30, 1))
    own = np.mean(counts * np.log(np.maximum(counts, 1)) - counts)
    deviance = mean_poisson_deviance(counts[:, 0], np.exp(logs[:, 0]))
    assert mean(Poisson(), logs, counts) + own == pytest.approx(deviance / 2, rel=1e-5)


def test_huber_is_a_parabola_inside_and_a_line_outside() -> None:
    errors = np.array([[0.5], [2.0], [-2.0], [5.0]])
    ours = Huber(2.0)(jnp.asarray(errors), jnp.zeros((4, 1)))
    np.testing.assert_allclose(ours, [0.125, 2.0, 2.0, 2.0 * (5.0 - 1.0)])


@given(st.floats(-50, 50))
def test_log_cosh_is_what_its_name_says(error: float) -> None:
    ours = float(LogCosh()(jnp.asarray([[error]]), jnp.zeros((1, 1)))[0])
    assert ours == pytest.approx(np.log(np.cosh(np.float32(error).astype(np.float64))), rel=1e-4, abs=1e-6)


def test_log_cosh_does_not_overflow() -> None:
    value, slope = jax.value_and_grad(lambda z: LogCosh()(z, jnp.zeros((1, 1)))[0])(jnp.asarray([[1e6]]))
    assert float(value) == pytest.approx(1e6)
    assert float(slope[0, 0]) == pytest.approx(1.0)


def test_cosine_sees_the_direction_alone() -> None:
    targets = jnp.asarray([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0], [3.0, 4.0]])
    outputs = jnp.asarray([[5.0, 0.0], [0.0, 2.0], [-1.0, 0.0], [0.03, 0.04]])
    np.testing.assert_allclose(Cosine()(outputs, targets), [0.0, 1.0, 2.0, 0.0], atol=1e-6)


def test_cosine_of_a_vector_of_zeros_has_a_finite_gradient() -> None:
    value, gradient = jax.value_and_grad(lambda z: Cosine()(z, jnp.ones((1, 2)))[0])(jnp.zeros((1, 2)))
    assert float(value) == 1.0
    assert bool(jnp.all(jnp.isfinite(gradient)))


@pytest.mark.parametrize(
    "loss", [SquaredError(), SumOfSquares(), AbsoluteError(), Huber(), LogCosh(), Quantile(), Poisson(), Cosine()]
)
def test_shapes_that_would_broadcast_are_refused(loss: SquaredError) -> None:
    with pytest.raises(SettingError, match=rf"{type(loss).__name__} needs .* \(5, 1\) and \(5,\)"):
        loss(jnp.zeros((5, 1)), jnp.zeros(5))


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.floats(0.05, 0.95))
def test_the_best_constant_of_a_quantile_leaves_its_share_below(values: list[float], level: float) -> None:
    column = np.asarray(values)[:, None]
    (best,) = Quantile(level).best_constant(column, 1, np.ones(len(values)))
    assert np.mean(column <= best) >= level - 1e-9
    assert np.mean(column < best) <= level + 1e-9


def test_weights_count_as_repeated_examples() -> None:
    column, counts = np.array([[0.0], [1.0], [5.0], [20.0]]), np.array([1, 4, 2, 3])
    for loss in (SquaredError(), AbsoluteError(), Huber(), LogCosh(), Quantile(0.8), Poisson()):
        weighed = loss.best_constant(column, 1, counts.astype(float))
        repeated = loss.best_constant(np.repeat(column, counts, axis=0), 1, np.ones(10))
        np.testing.assert_allclose(weighed, repeated, atol=1e-6, err_msg=str(loss))
