"""A column by its distinct values."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from piste.data.levels import Raw


def texts(*values: str | None) -> Raw:
    return Raw("x", np.array([*values, None], object)[:-1])


@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=30))
def test_the_levels_spread_by_number_give_the_column_back(values: list[str | None]) -> None:
    raw = texts(*values)
    assert [raw.texts[code] for code in raw.codes] == ["" if value is None else value for value in values]
    assert raw.counts.sum() == len(values)
    assert raw.distinct == len({text for text, gone in zip(raw.texts, raw.absent, strict=True) if not gone})


def test_numbers_of_typed_columns_have_their_gaps() -> None:
    raw = Raw("x", np.array([1.0, np.nan, 2.5, 1.0]))
    assert raw.distinct == 2
    np.testing.assert_array_equal(raw.missing, [False, True, False, False])
    assert raw.texts[:2] == ["1", "2.5"]


def test_a_dash_is_missing_beside_numbers_and_a_value_beside_words() -> None:
    np.testing.assert_array_equal(texts("1", "-", "2").missing, [False, True, False])
    np.testing.assert_array_equal(texts("a", "-", "b").missing, [False, False, False])


def test_the_first_row_of_a_level_is_named() -> None:
    raw = Raw("x", np.array(["a", "b", "b"], object), lambda row: f"line {row + 2}")
    assert raw.first(np.array([False, True])) == ("line 3", "b")


def test_dates_and_flags_have_levels_too() -> None:
    dates = Raw("x", np.array(["2024-01-01", "NaT", "2024-01-01"], "datetime64[us]"))
    assert (dates.distinct, dates.missing.tolist()) == (1, [False, True, False])
    flags = Raw("x", np.array([True, False, True]))
    assert flags.numbers[flags.codes].tolist() == [1, 0, 1]
