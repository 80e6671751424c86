"""Sequences of equal and unequal lengths as one array."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import DataError
from piste.data.bulk import object_column
from piste.data.levels import Raw
from piste.data.sequences import as_texts, joined_rows, lengths_of, merged, sequences_of

NUMBERS = st.floats(-1e6, 1e6, allow_nan=False)


@given(st.lists(st.lists(NUMBERS, max_size=6), min_size=1, max_size=8))
def test_lists_come_back_from_the_array(lists: list[list[float]]) -> None:
    values = sequences_of(lists)
    if not any(lists):
        assert values is None
        return
    assert values is not None
    assert values.shape == (len(lists), max(map(len, lists)), 1)
    lengths = lengths_of(values)
    assert lengths.tolist() == [len(one) for one in lists]
    assert [row[:length, 0].tolist() for row, length in zip(values, lengths, strict=True)] == lists


def test_lists_of_lists_are_steps_with_several_channels() -> None:
    values = sequences_of([[[1, 2], [3, 4]], None, [[5, 6]]])
    assert values is not None
    np.testing.assert_array_equal(values[0], [[1, 2], [3, 4]])
    np.testing.assert_array_equal(lengths_of(values), [2, 0, 1])


def test_a_gap_inside_counts_as_a_step() -> None:
    values = sequences_of([[1.0, None, 3.0], np.ma.MaskedArray([4.0, 5.0], [False, True])])
    assert values is not None
    np.testing.assert_array_equal(values[:, :, 0], [[1, np.nan, 3], [4, np.nan, np.nan]])
    np.testing.assert_array_equal(lengths_of(values), [3, 1])


@pytest.mark.parametrize(
    "values", [[["a", "b"]], [[1], "word"], [[True, False]], [[[1], [1, 2]]], [[[1, 2]], [[1]]], [{}], [None, []]]
)
def test_what_is_no_list_of_numbers_is_left(values: list[Any]) -> None:
    assert sequences_of(values) is None


def test_shorter_arrays_are_filled_up_below_each_other() -> None:
    joined = joined_rows([np.ones((2, 3, 1)), np.zeros((1, 5, 1))])
    assert joined.shape == (3, 5, 1)
    assert lengths_of(joined).tolist() == [3, 3, 5]


def raw(name: str, *values: object) -> Raw:
    texts = all(value is None or isinstance(value, str) for value in values)
    return Raw(name, object_column(values) if texts else np.array(values))  # type: ignore[arg-type]


def test_columns_become_steps_in_their_order() -> None:
    values = merged([raw("t0", 1.0, 2.0), raw("t1", "3", None), raw("t2", True, False)])
    np.testing.assert_array_equal(values[:, :, 0], [[1, 3, 1], [2, np.nan, 0]])


def test_columns_of_sequences_become_channels() -> None:
    values = merged([Raw("x", np.ones((2, 3, 1))), Raw("y", np.zeros((2, 2, 1)))])
    assert values.shape == (2, 3, 2)
    assert np.isnan(values[0, 2, 1])


@pytest.mark.parametrize("cell", ["1 2.5 -3", "1;2.5;-3", "[1, 2.5, -3]", "1|2.5|-3"])
def test_the_cells_of_one_column_may_spell_lists(cell: str) -> None:
    values = merged([raw("signal", cell, None, "7")])
    np.testing.assert_array_equal(values[0, :, 0], [1, 2.5, -3])
    assert lengths_of(values).tolist() == [3, 0, 1]


@pytest.mark.parametrize(
    ("raws", "message"),
    [
        ([raw("a", 1.0, 2.0), raw("b", "3", "three")], "Column 'b' holds 'three' in row 2, where the steps"),
        ([raw("a", 1.0), raw("b", np.inf)], "Column 'b' holds an infinite value .* in row 1"),
        ([raw("a", 1.0), Raw("b", np.ones((1, 3, 1)))], "Column 'b' holds lists or pictures"),
        ([raw("a", "1 2", "some words")], "Column 'a' holds 'some words' in row 2, where a list of finite"),
        ([raw("a", None, None)], "Column 'a' has no list of numbers in any row"),
    ],
)
def test_what_cannot_be_a_sequence_is_said(raws: list[Raw], message: str) -> None:
    with pytest.raises(DataError, match=message):
        merged(raws)


def test_sequences_as_texts_are_the_tags_they_were() -> None:
    values = sequences_of([[3, 1], None, [2.5]])
    assert values is not None
    assert as_texts(values).tolist() == ["3;1", None, "2.5"]
