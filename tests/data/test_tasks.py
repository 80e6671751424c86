"""The task follows from the target's values."""

import numpy as np
import pytest

from piste.core.errors import DataError
from piste.core.records import Task
from piste.data.levels import Raw
from piste.data.tasks import describe


def raw(values: object, name: str = "target column") -> Raw:
    if isinstance(values, list):
        column = np.empty(len(values), object)
        column[:] = values
        return Raw(name, column)
    assert isinstance(values, np.ndarray)
    return Raw(name, values)


@pytest.mark.parametrize(
    ("values", "task", "classes"),
    [
        (["no", "yes"] * 9, Task.TWO_CLASS, ("no", "yes")),
        (["0", "1"] * 9, Task.TWO_CLASS, ("0", "1")),
        (["1.5", "-2.5"] * 9, Task.TWO_CLASS, ("-2.5", "1.5")),
        (np.array([True, False] * 9), Task.TWO_CLASS, ("False", "True")),
        (["b", "a", "C"] * 9, Task.MANY_CLASS, ("a", "b", "C")),
        (["10", "9", "8"] * 3 + [str(number) for number in range(8)] * 3, Task.MANY_CLASS, tuple(map(str, range(11)))),
        ([str(number / 4) for number in range(20)], Task.REGRESSION, ()),
        (["3", "4", "5", "8"] * 9, Task.REGRESSION, ()),
        (np.arange(100) % 40, Task.REGRESSION, ()),
        (["cat", "dog", "none", "chick"] * 3, Task.MANY_CLASS, ("cat", "chick", "dog", "none")),
        (["a;b", "b", "a", "b; a"] * 3, Task.MULTI_LABEL, ("a", "b")),
    ],
)
def test_tasks_follow_from_values(values: object, task: Task, classes: tuple[str, ...]) -> None:
    found = describe([raw(values)], None)
    assert (found.task, found.classes) == (task, classes)
    assert found.reason


def test_numbered_classes_need_a_name_or_pictures_where_there_are_many() -> None:
    codes = np.arange(300) % 40
    assert describe([raw(codes)], None).task is Task.REGRESSION
    assert describe([raw(codes, "label")], None).task is Task.MANY_CLASS
    assert describe([raw(codes)], None, pictures=True).task is Task.MANY_CLASS


def test_classes_are_spelled_out_where_the_source_knows_them() -> None:
    found = describe([raw(np.array([0, 2, 0, 2]))], None, ("setosa", "versicolor", "virginica"))
    assert found.classes == ("setosa", "versicolor", "virginica")


def test_the_person_chooses_the_task() -> None:
    assert describe([raw(["3", "4", "5"] * 4)], Task.MANY_CLASS).classes == ("3", "4", "5")
    assert describe([raw(["0", "1", "2"] * 4)], Task.REGRESSION).task is Task.REGRESSION
    assert describe([raw(["a", "b"] * 4)], Task.MULTI_LABEL).names == ("a", "b")


def test_several_columns_are_labels_or_numbers() -> None:
    flags = [raw(["0", "1", "1"], "wet"), raw(["no", "yes", "no"], "cold")]
    found = describe(flags, None)
    assert (found.task, found.names) == (Task.MULTI_LABEL, ("wet", "cold"))
    numbers = [raw(["0.5", "1", "1"], "u"), raw(["3", "2", "1"], "v")]
    assert describe(numbers, None).task is Task.REGRESSION


@pytest.mark.parametrize(
    ("values", "task", "sentence"),
    [
        (["a", "a", None], None, "one class only, 'a'"),
        ([None, "?"], None, "empty in every row"),
        (["a", "b", "b", "a", "c"], None, "Class 'c' .* has one row only, row 5"),
        ([f"text {number}" for number in range(50)], None, "50 different values in 50 rows"),
        (["1", "2", "three"], Task.REGRESSION, "'three' in row 3"),
        (["1.5", "inf", "2"], None, "infinite value"),
        (["2.5"] * 5, Task.REGRESSION, "same number in every row"),
        (["a", "b", "c"] * 3, Task.TWO_CLASS, "3 classes, but --task says two-class"),
        (["a;b"] * 4, None, "same tags in every row"),
        (["a;", "a"], Task.MULTI_LABEL, "one tag only"),
        (np.zeros((3, 4, 4, 1), np.uint8), None, "holds pictures"),
    ],
)
def test_targets_that_do_not_serve_are_said(values: object, task: Task | None, sentence: str) -> None:
    with pytest.raises(DataError, match=sentence):
        describe([raw(values)], task)


def test_several_columns_that_do_not_fit_are_said() -> None:
    flags, words = raw(["0", "1"], "wet"), raw(["u", "v"], "words")
    with pytest.raises(DataError, match="one column, but --target names 2"):
        describe([flags, flags], Task.MANY_CLASS)
    with pytest.raises(DataError, match="neither all numbers nor all 0 and 1"):
        describe([flags, words], None)
    with pytest.raises(DataError, match="'words' does not hold just 0 and 1"):
        describe([flags, words], Task.MULTI_LABEL)
