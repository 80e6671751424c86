import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.losses import BinaryCrossEntropy, CrossEntropy, Mixture, Part, SquaredError

MIXED = Mixture(
    (
        Part(CrossEntropy(), outputs=3, targets=1),
        Part(SquaredError(), outputs=2, targets=2, weight=0.5),
        Part(BinaryCrossEntropy(), outputs=1, targets=1, weight=2.0),
    )
)
GENERATOR = np.random.default_rng(0)
OUTPUTS = GENERATOR.normal(size=(20, 6)).astype(np.float32)
CLASSES, NUMBERS = GENERATOR.integers(0, 3, 20), GENERATOR.normal(size=(20, 2))
LABELS = GENERATOR.integers(0, 2, (20, 1))
TARGETS = np.hstack([CLASSES[:, None], NUMBERS, LABELS]).astype(np.float32)


def test_it_is_the_weighted_sum_of_its_parts() -> None:
    logs = OUTPUTS[:, :3] - np.log(np.exp(OUTPUTS[:, :3]).sum(axis=1, keepdims=True))
    classes = -logs[np.arange(20), CLASSES]
    numbers = ((OUTPUTS[:, 3:5] - NUMBERS) ** 2).mean(axis=1)
    labels = np.logaddexp(0, OUTPUTS[:, 5]) - OUTPUTS[:, 5] * LABELS[:, 0]
    ours = MIXED(jnp.asarray(OUTPUTS), jnp.asarray(TARGETS))
    np.testing.assert_allclose(ours, classes + 0.5 * numbers + 2 * labels, rtol=1e-5)


def test_every_part_starts_at_its_own_best_constant() -> None:
    answer = MIXED.best_constant(TARGETS, 6, np.ones(20))
    shares = (np.bincount(CLASSES, minlength=3) + 1) / 23
    odds = (LABELS.sum() + 1) / (21 - LABELS.sum())
    np.testing.assert_allclose(answer, [*np.log(shares), *NUMBERS.mean(axis=0), np.log(odds)], rtol=1e-5)


def test_columns_that_do_not_add_up_are_named() -> None:
    with pytest.raises(SettingError, match="take 6 outputs and 4 target columns"):
        MIXED(jnp.zeros((2, 5)), jnp.zeros((2, 4)))


def test_no_parts_are_no_mixture() -> None:
    with pytest.raises(SettingError, match="at least one part"):
        Mixture(())
