"""Zeros that look like gaps."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.dataset import load
from piste.data.settings import DataSettings
from piste.data.zeros import doubtful_zeros, zeros_note


def column(*values: float) -> Column:
    array = np.array(values, np.float64)
    return Column("x", Kind.NUMBER, array, np.isnan(array))


def test_zeros_far_below_all_others_are_counted() -> None:
    assert doubtful_zeros(column(0, 70, 80, 90, 75, 0, np.nan)) == 2
    assert zeros_note([column(0, 70, 80, 90)]).startswith("0 may stand for a missing value")


@given(st.lists(st.integers(0, 6), max_size=50))
def test_counts_that_begin_at_zero_are_not_doubted(values: list[int]) -> None:
    if {1, 2, 3} <= set(values):
        assert doubtful_zeros(column(*values, *range(1, 7))) == 0


@pytest.mark.parametrize("values", [(1, 2, 3), (0, 0, 0, 80), (0, -70, 70, 80), (0, 5, 5, 5), ()])
def test_without_zeros_or_others_nothing_is_doubted(values: tuple[float, ...]) -> None:
    assert doubtful_zeros(column(*values)) == 0
    assert zeros_note([column(*values)]) == ""


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "target", "doubted"),
    [
        ("pima-indians-diabetes.csv", -1, {"column_2": 5, "column_3": 35, "column_4": 227, "column_6": 11}),
        ("diamonds.csv", "price", {"x": 8, "y": 7, "z": 20}),
        ("housing.csv", -1, {}),
        ("abalone.csv", -1, {}),
        ("winequality-red.csv", -1, {}),
        ("titanic.csv", "survived", {}),
        ("adult-train.csv", -1, {}),
        ("ionosphere.csv", -1, {}),
    ],
)
def test_real_tables(data_folder: Path, file: str, target: str | int, doubted: dict[str, int]) -> None:
    dataset = load(data_folder / "tables" / file, DataSettings(target=target))
    assert {one.name: rows for one in dataset.columns if (rows := doubtful_zeros(one))} == doubted
