from typing import Any

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from piste.core.records import Task
from piste.evaluate.errors import confusion, labels, residuals, worst
from piste.evaluate.predictions import Predictions


def many_class(rows: int) -> Predictions:
    random = np.random.default_rng(0)
    outputs = random.dirichlet(np.ones(4), size=rows)
    return Predictions(Task.MANY_CLASS, ("a", "b", "c", "d"), random.integers(4, size=rows), outputs)


def numbers(rows: int, size: int = 1) -> Predictions:
    truth = np.random.default_rng(0).normal(size=(rows, size))
    return Predictions(Task.REGRESSION, (), truth, truth + np.arange(rows)[:, None], ("y",) * size)


def nothing(_: int) -> tuple[dict[str, str], str]:
    return {}, ""


def test_confusion_agrees_with_scikit_learn() -> None:
    predictions = many_class(200)
    expected = confusion_matrix(predictions.truth, predictions.chosen, labels=range(4))
    np.testing.assert_array_equal(confusion(predictions), expected)
    assert confusion(numbers(3)) == ()


def test_confusion_has_a_row_for_a_class_that_does_not_occur() -> None:
    predictions = Predictions(Task.TWO_CLASS, ("a", "b"), np.zeros(2, dtype=int), np.array([[0.9, 0.1], [0.2, 0.8]]))
    assert confusion(predictions) == ((1, 1), (0, 0))


def test_labels_agree_with_scikit_learn() -> None:
    random = np.random.default_rng(1)
    outputs = random.uniform(size=(80, 3))
    truth = (outputs + random.normal(0, 0.3, size=outputs.shape) > 0.6).astype(int)
    predictions = Predictions(Task.MULTI_LABEL, (), truth, outputs, ("a", "b", "c"))
    precision, recall, _, support = precision_recall_fscore_support(truth, predictions.chosen)
    found = labels(predictions)
    assert [one.label for one in found] == ["a", "b", "c"]
    assert [one.support for one in found] == support.tolist()
    assert {one.threshold for one in found} == {0.5}
    np.testing.assert_allclose([one.found / one.predicted for one in found], precision)
    np.testing.assert_allclose([one.found / one.support for one in found], recall)
    assert labels(many_class(3)) == ()


def test_residuals_are_all_pairs_or_a_draw_of_them() -> None:
    few = numbers(3)
    assert residuals(few, seed=0) == tuple(zip(few.truth[:, 0], few.outputs[:, 0], strict=True))
    many = numbers(5000)
    drawn = residuals(many, seed=0)
    assert len(set(drawn)) == 2000
    assert set(drawn) <= set(zip(many.truth[:, 0].tolist(), many.outputs[:, 0].tolist(), strict=True))
    assert drawn == residuals(many, seed=0) != residuals(many, seed=1)
    assert len(residuals(numbers(5000, 3), seed=0)) == 3 * 666
    assert residuals(many_class(5), seed=0) == ()


def test_the_worst_are_the_wrong_ones_of_largest_loss() -> None:
    outputs = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.55, 0.45]])
    predictions = Predictions(Task.TWO_CLASS, ("no", "yes"), np.array([1, 0, 1, 0]), outputs)
    asked: list[int] = []

    def describe(place: int) -> tuple[dict[str, str], str]:
        asked.append(place)
        return {"place": str(place)}, "cG5n"

    found = worst(predictions, [40, 41, 42, 43], describe)
    assert [(one.row, one.truth, one.prediction) for one in found] == [(40, "yes", "no"), (41, "no", "yes")]
    assert [one.loss for one in found] == pytest.approx([-np.log(0.1), -np.log(0.4)])
    assert [one.confidence for one in found] == [0.9, 0.6]
    assert asked == [0, 1]
    assert (found[0].values, found[0].picture) == ({"place": "0"}, "cG5n")


def test_at_most_twelve_are_described() -> None:
    found = worst(many_class(300), np.arange(300), nothing)
    assert len(found) == 12
    assert [one.loss for one in found] == sorted((one.loss for one in found), reverse=True)


@pytest.mark.parametrize(
    ("truth", "outputs", "expected"),
    [
        ([[1, 0], [1, 1]], [[0.1, 0.2], [0.9, 0.8]], [(0, "cat", "none")]),
        ([[0, 1], [1, 1]], [[0.9, 0.2], [0.2, 0.9]], [(0, "dog", "cat"), (1, "cat, dog", "dog")]),
    ],
)
def test_labels_are_named(truth: Any, outputs: Any, expected: Any) -> None:
    names = ("cat", "dog")
    found = worst(Predictions(Task.MULTI_LABEL, names, np.array(truth), np.array(outputs), names), [0, 1], nothing)
    assert [(one.row, one.truth, one.prediction) for one in found] == expected


def test_numbers_are_in_their_own_units_and_an_exact_one_is_not_wrong() -> None:
    predictions = numbers(3)
    found = worst(predictions, [7, 8, 9], nothing)
    assert [one.row for one in found] == [9, 8]
    assert [one.loss for one in found] == pytest.approx([4, 1])
    assert found[0].confidence is None
    assert float(found[0].prediction) - float(found[0].truth) == pytest.approx(2, abs=1e-4)
