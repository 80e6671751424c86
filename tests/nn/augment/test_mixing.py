"""Mixed examples carry the shares of their labels."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from piste.core.errors import SettingError
from piste.nn.augment.mixing import CutMix, Mixup, beta
from piste.nn.losses.classes import CrossEntropy

COUNT, CLASSES = 12, 12
CLASS = np.arange(COUNT, dtype=np.int32)
KEY = jax.random.key(7)


def test_pixel_shares_are_label_shares_when_boxes_are_mixed() -> None:
    # Every picture is one number, its class, so that what is seen of each can be counted.
    pictures = np.broadcast_to(CLASS.astype(np.uint8)[:, None, None, None], (COUNT, 8, 10, 3))
    mixed, soft = jax.jit(CutMix(1.0, CLASSES).apply)(KEY, jnp.asarray(pictures), CLASS)
    assert soft.shape == (COUNT, CLASSES)
    counted = [np.bincount(np.asarray(one).ravel(), minlength=CLASSES) / one.size for one in mixed]
    np.testing.assert_allclose(soft, counted, atol=1e-6)
    np.testing.assert_array_equal(np.asarray(mixed)[..., 0], np.asarray(mixed)[..., 2])
    assert 2 < np.count_nonzero(np.asarray(soft)) <= 2 * COUNT
    assert np.count_nonzero(np.asarray(soft)) > COUNT


@pytest.mark.parametrize("shape", [(4, 5, 2), (6, 3), (7,)], ids=["pictures", "sequences", "table"])
def test_blended_values_have_the_shares_of_their_labels(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(size=(COUNT, *shape)).astype(np.float32)
    mixed, soft = jax.jit(Mixup(0.5, CLASSES).apply)(KEY, values, CLASS)
    np.testing.assert_allclose(mixed, np.tensordot(np.asarray(soft), values, 1), atol=1e-5)
    np.testing.assert_allclose(soft.sum(1), 1.0, atol=1e-6)


def test_numbers_and_labels_are_blended_like_the_inputs() -> None:
    values = np.random.default_rng(0).normal(size=(COUNT, 3)).astype(np.float32)
    mixed, targets = Mixup(0.5).apply(KEY, jnp.asarray(values), jnp.asarray(2 * values))
    np.testing.assert_allclose(targets, 2 * mixed, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_shares_are_beta_distributed(alpha: float) -> None:
    drawn = np.asarray(beta(KEY, (4000,), alpha), np.float64)
    assert stats.kstest(drawn, stats.beta(alpha, alpha).cdf).pvalue > 1e-3


def test_the_cross_entropy_of_a_mix_is_the_mix_of_cross_entropies() -> None:
    logits = np.random.default_rng(1).normal(size=(COUNT, CLASSES)).astype(np.float32)
    _, soft = Mixup(1.0, CLASSES).apply(KEY, jnp.asarray(logits), jnp.asarray(CLASS))
    loss = CrossEntropy()
    kept = np.asarray(soft)[CLASS, CLASS]
    own, other = (
        loss(jnp.asarray(logits), jnp.asarray(CLASS)),
        loss(jnp.asarray(logits), jnp.asarray(np.roll(CLASS, 1))),
    )
    np.testing.assert_allclose(loss(jnp.asarray(logits), soft), kept * own + (1 - kept) * other, rtol=1e-5)


@pytest.mark.parametrize("kind", [Mixup, CutMix])
def test_class_numbers_cannot_be_mixed_without_their_count(kind: type[Mixup] | type[CutMix]) -> None:
    with pytest.raises(SettingError, match="give classes="):
        kind().apply(KEY, jnp.zeros((COUNT, 4, 4, 1)), jnp.asarray(CLASS))
