import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.losses import BinaryCrossEntropy, BinaryFocal

LOGITS = np.random.default_rng(0).normal(size=(20, 4)) * 3
TARGETS = (LOGITS + np.random.default_rng(2).normal(size=LOGITS.shape) > 0).astype(float)
CHANCES = 1 / (1 + np.exp(-LOGITS))


def test_binary_cross_entropy_is_the_mean_over_labels() -> None:
    expected = -(TARGETS * np.log(CHANCES) + (1 - TARGETS) * np.log(1 - CHANCES)).mean(axis=1)
    np.testing.assert_allclose(BinaryCrossEntropy()(jnp.asarray(LOGITS), jnp.asarray(TARGETS)), expected, rtol=1e-4)


def test_a_label_that_is_present_can_count_more() -> None:
    expected = -(3 * TARGETS * np.log(CHANCES) + (1 - TARGETS) * np.log(1 - CHANCES)).mean(axis=1)
    ours = BinaryCrossEntropy(positive=3.0)(jnp.asarray(LOGITS), jnp.asarray(TARGETS))
    np.testing.assert_allclose(ours, expected, rtol=1e-4)


@pytest.mark.parametrize("alpha", [None, 0.25])
def test_focal_is_the_papers_formula(alpha: float | None) -> None:
    true = np.where(TARGETS > 0, CHANCES, 1 - CHANCES)
    scale = 1.0 if alpha is None else np.where(TARGETS > 0, alpha, 1 - alpha)
    expected = (-scale * (1 - true) ** 2 * np.log(true)).mean(axis=1)
    ours = BinaryFocal(alpha=alpha)(jnp.asarray(LOGITS), jnp.asarray(TARGETS))
    np.testing.assert_allclose(ours, expected, rtol=2e-4)


def test_shapes_that_would_broadcast_are_refused() -> None:
    with pytest.raises(SettingError, match=r"BinaryCrossEntropy needs .* \(5, 1\) and \(5,\)"):
        BinaryCrossEntropy()(jnp.zeros((5, 1)), jnp.zeros(5))


def test_odds_follow_the_weights() -> None:
    targets = np.array([[1.0], [0.0], [0.0], [0.0]])
    equal = BinaryCrossEntropy().best_constant(targets, 1, np.ones(4))
    tilted = BinaryCrossEntropy().best_constant(targets, 1, np.array([3.0, 1.0, 1.0, 1.0]))
    np.testing.assert_allclose(equal, [np.log(2 / 4)])
    np.testing.assert_allclose(tilted, [0.0], atol=1e-12)
