"""Columns counted for drawing."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.distributions import distribution, histogram


def column(kind: Kind, values: np.ndarray, missing: np.ndarray | None = None) -> Column:
    return Column("x", kind, values, np.zeros(len(values), np.bool_) if missing is None else missing)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=50))
def test_every_number_is_in_one_bin(values: list[float]) -> None:
    found = histogram(np.array(values))
    assert found is not None
    assert sum(found.counts) == len(values)
    if found.edges:
        assert len(found.edges) == len(found.counts) + 1
        assert found.edges[0] <= min(values) <= max(values) <= found.edges[-1]


def test_few_whole_numbers_have_a_bin_each() -> None:
    found = histogram(np.array([3.0, 3.0, 5.0]))
    assert found is not None
    assert found.counts == (2, 0, 1)
    assert found.edges == (2.5, 3.5, 4.5, 5.5)


def test_a_range_beyond_all_numbers_is_not_drawn() -> None:
    assert histogram(np.array([-1.7e308, 1.7e308])) is None


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=1), min_size=1, max_size=200))
def test_levels_are_counted_commonest_first(values: list[str]) -> None:
    found = distribution(column(Kind.CATEGORY, np.array(values, object)))
    assert found is not None
    assert dict(zip(found.labels, found.counts, strict=True)).items() <= Counter(values).items()
    assert sum(found.counts) + found.others == len(values)
    assert list(found.counts) == sorted(found.counts, reverse=True)


def test_missing_flags_are_left_out() -> None:
    found = distribution(column(Kind.FLAG, np.array([1.0, np.nan, 0.0, 1.0]), np.array([False, True, False, False])))
    assert found is not None
    assert (found.counts, found.labels) == ((1, 2), ("no", "yes"))


@pytest.mark.parametrize(("days", "label"), [(10, "1970-01-01"), (400, "1970-01"), (9000, "1970")])
def test_dates_are_counted_by_day_month_or_year(days: int, label: str) -> None:
    found = distribution(column(Kind.DATE, np.arange(days).astype("datetime64[D]").astype("datetime64[us]")))
    assert found is not None
    assert found.labels[0] == label
    assert sum(found.counts) == days


def test_texts_are_counted_by_their_words_and_pictures_not_at_all() -> None:
    found = distribution(column(Kind.TEXT, np.array(["one two", "three"], object)))
    assert found is not None
    assert found.counts == (1, 1)
    assert distribution(column(Kind.IMAGE, np.zeros((2, 4, 4, 1), np.uint8))) is None
    assert distribution(column(Kind.NUMBER, np.array([np.nan]), np.array([True]))) is None
