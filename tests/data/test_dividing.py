"""Which way rows are divided, and how it is said."""

from typing import Any

import numpy as np
import pytest

from piste.core.errors import DataError, PisteError, SettingError
from piste.core.records import Task
from piste.data.columns import RawTable
from piste.data.dividing import divide
from piste.data.joining import Joined, alone
from piste.data.settings import DataSettings
from piste.data.target import Target

ROWS = 80
CODES = (np.arange(ROWS) % 4 == 0).astype(np.int32)
CLASSES = Target(("t",), Task.TWO_CLASS, ("no", "yes"), CODES, "")
NUMBERS = Target(("t",), Task.REGRESSION, (), np.arange(ROWS)[:, None] * 1.0, "")


def table(splits: dict[str, Any] | None = None, **columns: Any) -> Joined:
    return alone(RawTable("t", "t.csv", ROWS, {"u": np.arange(ROWS), **columns}, splits or {}))


def test_classes_are_stratified_and_numbers_are_not() -> None:
    split, record = divide(table(), CLASSES, DataSettings(seed=3))
    assert (record.method, record.detail) == ("stratified", "by chance within each class, seed 3")
    assert (
        record.sizes == {"train": 56, "validation": 12, "test": 12} == {name: len(rows) for name, rows in split.items()}
    )
    assert all(CODES[rows].mean() == 0.25 for rows in split.values())
    assert divide(table(), NUMBERS, DataSettings())[1].method == "random"


def test_groups_stay_together() -> None:
    groups = np.array([f"g{number // 8}" for number in range(ROWS)], object)
    split, record = divide(table(patient=groups), NUMBERS, DataSettings(group="patient"))
    assert (record.method, record.detail) == ("group", "so that equal values of 'patient' stay together")
    assert sum(len(set(groups[rows])) for rows in split.values()) == 10


@pytest.mark.parametrize(
    "times",
    [
        np.arange(ROWS)[::-1] * 1.0,
        (np.datetime64("2024-01-01") + np.arange(ROWS)[::-1]).astype("datetime64[us]"),
        np.array([f"2024-{12 - row // 28:02}-{28 - row % 28:02}" for row in range(ROWS)], object),
    ],
)
def test_the_latest_rows_are_tested(times: np.ndarray) -> None:
    split, record = divide(table(when=times), NUMBERS, DataSettings(time="when"))
    assert record.method == "time"
    np.testing.assert_array_equal(split["test"], np.arange(12))


def test_a_test_split_of_its_own_is_kept() -> None:
    split, record = divide(table({"test": np.arange(10)}), CLASSES, DataSettings())
    np.testing.assert_array_equal(split["test"], np.arange(10))
    assert record.method == "file"
    assert record.detail == "the test split comes from t.csv itself; validation cut by chance within each class, seed 0"


@pytest.mark.parametrize(
    ("column", "settings", "kind", "sentence"),
    [
        ([1.0] * ROWS, {"group": "c"}, DataError, "--group column has too few different values"),
        ([1.0] * ROWS, {"time": "c"}, DataError, "--time column has too few different values"),
        ([np.nan] + [1.0] * (ROWS - 1), {"group": "c"}, DataError, "--group column 'c' has no value in row 1"),
        (["soon"] * ROWS, {"time": "c"}, DataError, "'c' holds 'soon': dates or numbers are expected"),
        ([1.0] * ROWS, {"time": "c", "group": "c"}, SettingError, "cannot be used together"),
        ([1.0] * ROWS, {"time": "c,u"}, SettingError, "--time takes one column"),
        ([1.0] * ROWS, {"time": "d"}, DataError, "no column 'd' for --time"),
        ([1.0] * ROWS, {"split": "0.5/0.5"}, SettingError, "three shares"),
        (np.zeros((ROWS, 2, 2, 1), np.uint8), {"group": "c"}, DataError, "holds pictures"),
    ],
)
def test_what_does_not_divide_is_said(
    column: Any, settings: dict[str, Any], kind: type[PisteError], sentence: str
) -> None:
    values = np.array(column) if not isinstance(column[0], str) else np.array(column, object)
    with pytest.raises(kind, match=sentence):
        divide(table(c=values), NUMBERS, DataSettings(**settings))


def test_a_class_that_cannot_be_learnt_is_said() -> None:
    target = Target(("t",), Task.TWO_CLASS, ("no", "yes"), (np.arange(ROWS) >= 75).astype(np.int32), "")
    with pytest.raises(DataError, match="Class 'yes' of 't' occurs in the test split and never in the train split"):
        divide(table(), target, DataSettings(time="u"))
