"""Two columns of labels: counted by hand, against scikit-learn, and a simulation of the ceiling."""

import math
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, confusion_matrix

from piste.core.errors import DataError
from piste.core.human import Interval, LabelsCompared
from piste.core.records import Task, decode, encode
from piste.data.columns import RawTable
from piste.human.columns import ceiling_of, compared
from piste.human.shares import needed, wilson


def table(**columns: Any) -> RawTable:
    made = {name: np.asarray(values) for name, values in columns.items()}
    return RawTable("t", "t.csv", len(next(iter(made.values()))), made)


def texts(*values: str | None) -> np.ndarray[Any, Any]:
    return np.asarray(values, object)


def record(made: RawTable) -> LabelsCompared:
    found = compared(made, ("a", "b"), 0)
    assert decode(encode(found), LabelsCompared) == found
    return found


def test_labels_are_counted() -> None:
    first = ["cat", "cat", "dog", "dog", "emu", "emu", "cat", "dog"]
    second = ["cat", "dog", "dog", "dog", "emu", "cat", "cat", "dog"]
    found = record(table(size=range(8), a=texts(*first), b=texts(*second)))
    assert (found.rows, found.left_out, found.task) == (8, 0, Task.MANY_CLASS)
    assert found.agreement.share == wilson(6, 8)
    assert (found.reached.name, found.reached.value) == ("accuracy", 0.75)
    assert found.agreement.beyond.value == pytest.approx(cohen_kappa_score(first, second))
    assert found.classes == ("cat", "dog", "emu")
    assert np.array_equal(found.confusion, confusion_matrix(first, second))
    assert [(one.row, one.said, one.values) for one in found.examples] == [
        (1, ("cat", "dog"), {"size": "1"}),
        (5, ("emu", "cat"), {"size": "5"}),
    ]
    assert found.needed[0] == (0.05, needed(0.05, 0.75))
    assert "'a' and 'b' agree on 75 % (41 to 93 %) of 8 rows; Cohen's kappa" in found.verdict


def test_rows_without_both_are_left_out_and_spellings_are_one() -> None:
    found = record(table(a=texts("Yes", "no", None, "no", "yes"), b=texts("yes ", "NO", "no", None, "no")))
    assert (found.rows, found.left_out, found.differing) == (3, 2, 1)
    assert found.classes == ("Yes", "no")
    assert found.task is Task.TWO_CLASS


def test_numbers_are_compared_as_numbers() -> None:
    first = np.linspace(0, 10, 41)
    found = record(table(a=first, b=first + np.where(np.arange(41) == 7, 3.0, 0.5)))
    assert found.task is Task.REGRESSION
    error = math.sqrt((9 + 40 * 0.25) / 41)
    assert found.reached.value == pytest.approx(error)
    assert found.ceiling is not None
    assert found.ceiling.value == pytest.approx(error / math.sqrt(2))
    assert found.examples[0].row == 7
    assert found.differing == 41
    assert found.verdict.startswith("'a' and 'b' differ by an RMSE of")


@pytest.mark.parametrize("classes", [2, 5])
def test_the_ceiling_is_what_a_network_that_is_always_right_would_score(classes: int) -> None:
    random = np.random.default_rng(classes)
    truth = random.integers(classes, size=200_000)

    def labelled() -> np.ndarray[Any, Any]:
        wrong = random.random(len(truth)) < 0.1
        return np.where(wrong, (truth + random.integers(1, classes, len(truth))) % classes, truth)

    first, second = labelled(), labelled()
    found = ceiling_of(wilson(float((first == second).sum()), len(truth)), classes)
    assert found is not None
    assert found.value == pytest.approx(np.mean(first == truth), abs=0.004)
    assert found.low < found.value < found.high


def test_columns_that_agree_less_than_by_chance_have_no_ceiling() -> None:
    assert ceiling_of(Interval(0.3, 0.2, 0.4), 2) is None
    found = record(table(a=texts(*"xyxy"), b=texts(*"yxyx")))
    assert found.ceiling is None
    assert "less than chance" in found.verdict


def test_what_cannot_be_compared_is_named() -> None:
    with pytest.raises(DataError, match=r"No row of t\.csv has a value in both 'a' and 'b'"):
        compared(table(a=texts("x", None), b=texts(None, "x")), ("a", "b"), 0)
    with pytest.raises(DataError, match="Column 'b' holds pictures or lists"):
        compared(table(a=texts("x", "y"), b=np.zeros((2, 3, 1))), ("a", "b"), 0)
