import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from piste.core.errors import SettingError
from piste.recipe.weighting import class_weights

CLASSES = ("healthy", "ill", "a:b")
TARGETS = np.repeat([0, 1, 2], [70, 20, 10])


def test_balanced_weights_are_scikit_learns() -> None:
    expected = compute_class_weight("balanced", classes=np.arange(3), y=TARGETS)
    np.testing.assert_allclose(class_weights("balanced", CLASSES, TARGETS), expected)


def test_balanced_means_that_every_class_counts_alike_and_an_absent_one_nothing() -> None:
    own = np.random.default_rng(0).uniform(0.5, 2.0, 90)
    weights = class_weights("balanced", CLASSES, TARGETS[:90], own)
    sums = np.bincount(TARGETS[:90], own * weights[TARGETS[:90]])
    np.testing.assert_allclose(sums, own.sum() / 2)


def test_given_weights_are_taken_by_name_and_the_rest_is_one() -> None:
    np.testing.assert_allclose(class_weights(" ill:5 ,a:b: 0.5", CLASSES, TARGETS), [1, 5, 0.5])
    np.testing.assert_allclose(class_weights("none", CLASSES, TARGETS), [1, 1, 1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sick:5", "of the classes healthy, ill, a:b. Got 'sick:5'"),
        ("ill", "Got 'ill'"),
        ("ill:0", "weight of class 'ill' must be a number above 0. Got '0'"),
        ("ill:many", "Got 'many'"),
        ("ill:nan", "Got 'nan'"),
    ],
)
def test_mistakes_are_named(text: str, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        class_weights(text, CLASSES, TARGETS)
