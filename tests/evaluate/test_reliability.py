import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from piste.core.records import Task
from piste.evaluate.predictions import Predictions
from piste.evaluate.reliability import calibration


def two_class(probability: np.ndarray, truth: np.ndarray) -> Predictions:
    return Predictions(Task.TWO_CLASS, ("a", "b"), truth, np.stack([1 - probability, probability], axis=1))


def test_bins_agree_with_scikit_learn() -> None:
    random = np.random.default_rng(0)
    probability = random.uniform(size=1000)
    truth = (random.uniform(size=1000) < probability**2).astype(int)
    found = calibration(two_class(probability, truth))
    assert found is not None
    observed, predicted = calibration_curve(truth, probability, n_bins=10, strategy="quantile")
    np.testing.assert_allclose(found.observed, observed, atol=0.011)  # its edges are interpolated: one example apart
    np.testing.assert_allclose(found.predicted, predicted, atol=0.005)
    assert found.counts == (100,) * 10


def test_a_hand_worked_case() -> None:
    probability = np.repeat([0.25, 0.75], 20)
    truth = np.concatenate([np.arange(20) < 5, np.arange(20) < 10]).astype(int)
    found = calibration(two_class(probability, truth))
    assert found is not None
    assert found.counts == (20, 20)
    assert found.predicted == pytest.approx((0.25, 0.75))
    assert found.observed == pytest.approx((0.25, 0.5))
    assert found.expected_error == pytest.approx(0.125)


def test_many_classes_are_judged_on_the_class_they_choose() -> None:
    outputs = np.tile([0.6, 0.3, 0.1], (40, 1))
    truth = np.repeat([0, 1, 2], [30, 6, 4])
    found = calibration(Predictions(Task.MANY_CLASS, ("a", "b", "c"), truth, outputs))
    assert found is not None
    assert (found.counts, found.observed) == ((40,), (0.75,))
    assert found.predicted == pytest.approx((0.6,))


def test_labels_are_pooled_and_numbers_have_none() -> None:
    truth = np.array([[1, 0], [0, 0]])
    labels = Predictions(Task.MULTI_LABEL, ("a", "b"), truth, np.full((2, 2), 0.5), ("a", "b"))
    found = calibration(labels)
    assert found is not None
    assert (found.counts, found.observed, found.expected_error) == ((4,), (0.25,), 0.25)
    assert calibration(Predictions(Task.REGRESSION, (), np.ones((4, 1)), np.ones((4, 1)))) is None


@given(st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), st.booleans()), min_size=1, max_size=300))
@settings(max_examples=60, deadline=None)
def test_bins_hold_every_example_once_and_equal_probabilities_together(pairs: list[tuple[float, bool]]) -> None:
    probability, truth = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs], dtype=int)
    found = calibration(two_class(probability, truth))
    assert found is not None
    assert sum(found.counts) == len(pairs)
    assert min(found.counts) > 0
    assert list(found.predicted) == sorted(set(found.predicted))
    shuffled = np.random.default_rng(0).permutation(len(pairs))
    again = calibration(two_class(probability[shuffled], truth[shuffled]))
    assert again is not None
    assert again.counts == found.counts
    assert again.observed == pytest.approx(found.observed)
    assert 0 <= found.expected_error <= 1
