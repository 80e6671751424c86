"""Losses against their formulas in float64, scikit-learn, and at the extremes where a naive form overflows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from piste.core.errors import SettingError
from piste.nn.losses import BinaryCrossEntropy, CrossEntropy, Huber, SquaredError

LOGITS = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32) * 3
CLASSES = np.random.default_rng(1).integers(0, 4, 20).astype(np.int32)


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits.astype(np.float64))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def test_cross_entropy_is_scikit_learns_log_loss() -> None:
    ours = float(jnp.mean(CrossEntropy()(jnp.asarray(LOGITS), jnp.asarray(CLASSES))))
    assert ours == pytest.approx(log_loss(CLASSES, softmax(LOGITS), labels=range(4)), rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.7])
def test_smoothing_mixes_the_target_with_all_classes(smoothing: float) -> None:
    target = (1 - smoothing) * np.eye(4)[CLASSES] + smoothing / 4
    expected = -(target * np.log(softmax(LOGITS))).sum(axis=1)
    ours = CrossEntropy(smoothing)(jnp.asarray(LOGITS), jnp.asarray(CLASSES))
    np.testing.assert_allclose(ours, expected, rtol=1e-5)
    hot = CrossEntropy(smoothing)(jnp.asarray(LOGITS), jnp.eye(4)[CLASSES])
    np.testing.assert_allclose(hot, expected, rtol=1e-5)


def test_the_gradient_of_cross_entropy_is_probability_minus_target() -> None:
    gradient = jax.grad(lambda z: jnp.sum(CrossEntropy()(z, jnp.asarray(CLASSES))))(jnp.asarray(LOGITS))
    np.testing.assert_allclose(gradient, softmax(LOGITS) - np.eye(4)[CLASSES], atol=1e-6)


def test_binary_cross_entropy_is_the_mean_over_labels() -> None:
    targets = (LOGITS + np.random.default_rng(2).normal(size=LOGITS.shape) > 0).astype(np.float32)
    chance = 1 / (1 + np.exp(-LOGITS.astype(np.float64)))
    expected = -(targets * np.log(chance) + (1 - targets) * np.log(1 - chance)).mean(axis=1)
    np.testing.assert_allclose(BinaryCrossEntropy()(jnp.asarray(LOGITS), jnp.asarray(targets)), expected, rtol=1e-4)


@given(st.floats(-1e4, 1e4), st.integers(0, 1))
def test_far_logits_give_finite_losses_and_gradients(logit: float, target: int) -> None:
    pair = jnp.asarray([[0.0, logit]])
    for loss, outputs, targets in (
        (CrossEntropy(), pair, jnp.asarray([target])),
        (BinaryCrossEntropy(), pair[:, 1:], jnp.asarray([[float(target)]])),
    ):
        value, gradient = jax.value_and_grad(lambda z, loss=loss, targets=targets: jnp.sum(loss(z, targets)))(outputs)
        signed = logit if target else -logit
        assert float(value) == pytest.approx(np.logaddexp(0.0, -signed), rel=1e-4, abs=1e-6)
        assert bool(jnp.all(jnp.isfinite(gradient)))


def test_squared_error_is_the_mean_over_outputs() -> None:
    outputs, targets = np.array([[1.0, 2.0], [0.0, 0.0]]), np.array([[0.0, 4.0], [3.0, 0.0]])
    np.testing.assert_allclose(SquaredError()(jnp.asarray(outputs), jnp.asarray(targets)), [2.5, 4.5])


def test_squared_error_refuses_shapes_that_would_broadcast() -> None:
    with pytest.raises(SettingError, match=r"\(5, 1\) and \(5,\)"):
        SquaredError()(jnp.zeros((5, 1)), jnp.zeros(5))


def test_huber_is_a_parabola_inside_and_a_line_outside() -> None:
    errors = np.array([[0.5], [2.0], [-2.0], [5.0]])
    ours = Huber(2.0)(jnp.asarray(errors), jnp.zeros((4, 1)))
    np.testing.assert_allclose(ours, [0.125, 2.0, 2.0, 2.0 * (5.0 - 1.0)])


@pytest.mark.parametrize("smoothing", [-0.1, 1.0])
def test_smoothing_is_a_share(smoothing: float) -> None:
    with pytest.raises(SettingError, match="must be in"):
        CrossEntropy(smoothing)
