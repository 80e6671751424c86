"""Losses of classes against their formulas in float64, scikit-learn, and where a naive form overflows."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import hinge_loss, log_loss

from piste.core.errors import SettingError
from piste.nn.losses import BinaryCrossEntropy, CrossEntropy, Focal, Hinge, KullbackLeibler, SquaredHinge

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


@pytest.mark.parametrize("smoothing", [-0.1, 1.0])
def test_smoothing_is_a_share(smoothing: float) -> None:
    with pytest.raises(SettingError, match=r"'smoothing' setting must be a number in \[0, 1\)"):
        CrossEntropy(smoothing)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_focal_is_cross_entropy_weighed_by_what_is_missing(gamma: float) -> None:
    true = softmax(LOGITS)[np.arange(20), CLASSES]
    ours = Focal(gamma)(jnp.asarray(LOGITS), jnp.asarray(CLASSES))
    np.testing.assert_allclose(ours, -((1 - true) ** gamma) * np.log(true), rtol=2e-5)


def test_focal_is_exact_and_smooth_where_the_answer_is_sure() -> None:
    def summed(logits: jax.Array) -> jax.Array:
        return jnp.sum(Focal(2.0)(logits, jnp.asarray([1])))

    value, gradient = jax.value_and_grad(summed)(jnp.asarray([[0.0, 12.0]]))
    rest = 1 / (1 + np.exp(12.0))  # 1 - p to all digits
    assert float(value) == pytest.approx(-(rest**2) * np.log1p(-rest), rel=1e-4)
    assert bool(jnp.all(jnp.isfinite(gradient)))


def test_hinge_of_two_classes_is_half_scikit_learns() -> None:
    scores, classes = LOGITS[:, :2], CLASSES % 2
    ours = float(jnp.mean(Hinge()(jnp.asarray(scores), jnp.asarray(classes))))
    assert 2 * ours == pytest.approx(hinge_loss(classes, scores[:, 1] - scores[:, 0]), rel=1e-6)


def test_no_hinge_where_every_margin_is_kept() -> None:
    scores = jnp.asarray([[3.0, 0.0, 1.9]])
    assert float(Hinge()(scores, jnp.asarray([0]))[0]) == 0.0
    np.testing.assert_allclose(Hinge(2.0)(scores, jnp.asarray([0])), [0.9 / 3], rtol=1e-5)
    np.testing.assert_allclose(SquaredHinge(2.0)(scores, jnp.asarray([0])), [0.81 / 3], rtol=1e-5)


def test_the_divergence_is_zero_where_both_agree_and_knows_zero_chances() -> None:
    chances = jnp.asarray([[0.5, 0.5, 0.0]])
    assert float(KullbackLeibler()(jnp.asarray([[1.0, 1.0, -1e9]]), chances)[0]) == pytest.approx(0.0, abs=1e-6)
    assert float(KullbackLeibler()(jnp.zeros((1, 3)), chances)[0]) == pytest.approx(np.log(1.5), rel=1e-5)


def test_the_best_constant_does_not_depend_on_the_scale_of_the_weights() -> None:
    one = CrossEntropy().best_constant(CLASSES, 4, np.ones(20))
    many = CrossEntropy().best_constant(CLASSES, 4, np.full(20, 1e-3))
    np.testing.assert_allclose(one, many)
    balanced = CrossEntropy().best_constant(CLASSES, 4, 1.0 / np.bincount(CLASSES)[CLASSES])
    np.testing.assert_allclose(balanced, np.log(np.full(4, 0.25)))
