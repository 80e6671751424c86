"""Two tables in one, and rows that keep their names."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import DataError
from piste.data.columns import RawTable
from piste.data.joining import alone, join, take_rows


def table(source: str = "a.csv", row_names: tuple[str, ...] = (), **columns: Any) -> RawTable:
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    return RawTable("t", source, len(next(iter(arrays.values()))), arrays, row_names=row_names)


def test_test_rows_come_after_and_are_matched_by_name() -> None:
    joined = join(table(u=[1, 2], v=[3, 4]), table("b.csv", v=[6], w=[0], u=[5]))
    np.testing.assert_array_equal(joined.table.columns["u"], [1, 2, 5])
    np.testing.assert_array_equal(joined.table.columns["v"], [3, 4, 6])
    np.testing.assert_array_equal(joined.table.splits["test"], [2])
    assert joined.table.notes == ("Columns of b.csv that a.csv lacks are left out: w.",)
    assert [joined.place(row) for row in range(3)] == ["row 1 of a.csv", "row 2 of a.csv", "row 1 of b.csv"]


def test_columns_of_two_types_become_texts() -> None:
    texts = np.array(["1", None], object)
    joined = join(table(u=[1.0, np.nan]), table("b.csv", u=texts))
    assert joined.table.columns["u"].tolist() == ["1", None, "1", None]
    flags = join(table(u=[True]), table("b.csv", u=[0]))
    assert flags.table.columns["u"].tolist() == ["True", "0"]
    numbers = join(table(u=[1]), table("b.csv", u=[0.5]))
    assert numbers.table.columns["u"].dtype == np.float64


def test_a_missing_column_and_other_pictures_are_said() -> None:
    with pytest.raises(DataError, match=r"b\.csv has no column 'v'"):
        join(table(u=[1], v=[2]), table("b.csv", u=[1]))
    with pytest.raises(DataError, match="pictures of"):
        join(table(image=np.zeros((1, 4, 4, 1), np.uint8)), table("b", image=np.zeros((1, 5, 4, 1), np.uint8)))


@given(st.sets(st.integers(0, 9), min_size=1))
def test_rows_keep_their_names_and_splits(kept: set[int]) -> None:
    rows = np.array(sorted(kept))
    whole = join(table(u=np.arange(6)), table("b.csv", u=np.arange(4)))
    part = whole.take(rows)
    assert [part.place(row) for row in range(len(rows))] == [whole.place(row) for row in rows.tolist()]
    np.testing.assert_array_equal(part.table.columns["u"][part.table.splits["test"]], part.origin[rows >= 6])


def test_pictures_are_named_by_their_files() -> None:
    part = alone(table(u=[1, 2], row_names=("p.png", "q.png"))).take(np.array([1]))
    assert part.place(0) == "q.png"
    assert take_rows(table(u=[1, 2]), np.array([1])).row_names == ()
