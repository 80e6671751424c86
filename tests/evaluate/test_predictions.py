import numpy as np
import pytest

from piste.core.errors import DataError
from piste.core.records import Task
from piste.evaluate.predictions import Predictions, check

TRUTH = np.array([0, 2, 1, 0])
OUTPUTS = np.array([[0.5, 0.3, 0.2], [0.2, 0.2, 0.6], [0.4, 0.4, 0.2], [0.0, 0.5, 0.5]])


def many_class(truth: np.ndarray, outputs: np.ndarray) -> Predictions:
    return Predictions(Task.MANY_CLASS, ("a", "b", "c"), truth, outputs)


def test_the_first_most_probable_class_is_chosen() -> None:
    predictions = many_class(TRUTH, OUTPUTS)
    check(predictions)
    assert predictions.chosen.tolist() == [0, 2, 0, 1]
    assert predictions.rows == 4


def test_labels_are_chosen_from_one_half_on() -> None:
    predictions = Predictions(Task.MULTI_LABEL, ("a", "b"), np.array([[1, 0]]), np.array([[0.5, 0.49]]), ("a", "b"))
    assert predictions.chosen.tolist() == [[1, 0]]


def test_unusable_predictions_are_named() -> None:
    outputs = OUTPUTS.copy()
    outputs[2, 1] = np.nan
    with pytest.raises(DataError, match=r"1 of 4 predictions are not finite.*row 2.*lower learning rate"):
        check(many_class(TRUTH, outputs))
    with pytest.raises(DataError, match=r"shape \(3, 3\).*4 examples"):
        check(many_class(TRUTH, OUTPUTS[:3]))
    with pytest.raises(DataError, match="split is empty"):
        check(many_class(TRUTH[:0], OUTPUTS[:0]))
    with pytest.raises(DataError, match=r"shape \(4, 3\).*regression target"):
        check(Predictions(Task.REGRESSION, (), np.zeros((4, 1)), OUTPUTS))
