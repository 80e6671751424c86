import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from piste.core.errors import DataError
from piste.data.values import column_of_array, column_of_values, flattened, text_of

MOMENT = datetime.datetime(2024, 3, 1, 12, 30)


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([True, False], "bool", [True, False]),
        ([True, None], "object", ["True", None]),
        ([1, 2], "int64", [1, 2]),
        ([1, None], "float64", [1.0, np.nan]),
        ([1, 2.5], "float64", [1.0, 2.5]),
        ([1.5, float("nan")], "float64", [1.5, np.nan]),
        ([2**70, 1], "float64", [2.0**70, 1.0]),
        ([Decimal("1.25"), 2], "float64", [1.25, 2.0]),
        ([np.float32(0.5), np.int8(3)], "float64", [0.5, 3.0]),
        (["a ", "", None], "object", ["a", None, None]),
        ([1, "a", 2.0, True], "object", ["1", "a", "2", "True"]),
        ([["x", "y"], [], None], "object", ["x;y", None, None]),
        ([(1, 2), {3}], "object", ["1;2", "3"]),
        ([None, None], "object", [None, None]),
        ([pd.NA, 1], "float64", [np.nan, 1.0]),
        ([MOMENT, datetime.date(2024, 3, 2)], "datetime64[us]", [MOMENT, datetime.datetime(2024, 3, 2)]),
        ([MOMENT, "soon"], "object", ["2024-03-01 12:30:00", "soon"]),
        ([datetime.time(8, 5), None], "object", ["08:05:00", None]),
    ],
)
def test_columns_of_python_values(values: list[Any], dtype: str, expected: list[Any]) -> None:
    column = column_of_values("c", values)
    assert column.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(column, np.array(expected, dtype))


def test_moments_with_a_zone_become_utc_and_gaps_nat() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2))
    column = column_of_values(
        "c", [MOMENT.replace(tzinfo=zone), None, pd.NaT, pd.Timestamp(MOMENT), np.datetime64("NaT")]
    )
    assert column[0] == np.datetime64("2024-03-01T10:30")
    assert column[3] == np.datetime64("2024-03-01T12:30")
    assert np.isnat(column[[1, 2, 4]]).all()


@pytest.mark.parametrize(
    ("array", "dtype", "expected"),
    [
        (np.array([1, 2], np.uint8), "int64", [1, 2]),
        (np.array([1, 2**63], np.uint64), "float64", [1.0, 2.0**63]),
        (np.array([1, 2], np.float16), "float64", [1.0, 2.0]),
        (np.array(["a", ""]), "object", ["a", None]),
        (np.array([b"a", b"b"]), "object", ["a", "b"]),
        (np.array([1, None], object), "float64", [1.0, np.nan]),
        (np.array(["2024-01-02"], "datetime64[D]"), "datetime64[us]", ["2024-01-02"]),
        (np.ma.masked_array([1, 2], [False, True]), "float64", [1.0, np.nan]),
        (np.array([True]), "bool", [True]),
    ],
)
def test_columns_of_arrays(array: np.ndarray[Any, Any], dtype: str, expected: list[Any]) -> None:
    column = column_of_array("c", array)
    assert column.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(column, np.array(expected, dtype))


def test_bytes_and_nested_values_are_refused() -> None:
    for value in (b"x", {"a": 1}):
        with pytest.raises(DataError, match="Column 'c' holds"):
            column_of_values("c", [value])
    with pytest.raises(DataError, match="timedelta64"):
        column_of_array("c", np.zeros(2, "timedelta64[s]"))


def test_texts_as_a_person_writes_them() -> None:
    assert [text_of(one) for one in (1.0, 1.5, -0.0, 10, datetime.datetime(2024, 1, 2), True)] == [
        "1", "1.5", "0", "10", "2024-01-02", "True",
    ]  # fmt: skip


def test_nested_rows_are_unfolded() -> None:
    assert flattened([{"a": {"b": 1, "c": {"d": 2}}, "e": 3}]) == [{"a.b": 1, "a.c.d": 2, "e": 3}]
