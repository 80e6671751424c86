"""Laws of a split: disjoint, covering, and true to classes, groups and time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import DataError, SettingError
from piste.data.splits import NAMES, Divide, Split, by_chance, by_class, by_group, by_time, parse_shares, split_rows

SHARES = (0.7, 0.15, 0.15)
seeds = st.integers(0, 2**31 - 1)


def check_cover(split: Split, rows: int) -> None:
    assert tuple(split) == NAMES
    together = np.concatenate(list(split.values()))
    np.testing.assert_array_equal(np.sort(together), np.arange(rows))
    assert all((np.diff(part) > 0).all() for part in split.values())
    assert all(len(part) for part in split.values())


@given(st.integers(3, 400), seeds)
def test_chance_covers_all_rows_in_the_shares_asked_for(rows: int, seed: int) -> None:
    split = split_rows(rows, {}, SHARES, by_chance(seed))
    check_cover(split, rows)
    assert abs(len(split["test"]) - 0.15 * rows) <= 1
    assert abs(len(split["validation"]) - 0.15 * rows) <= 1


@given(st.lists(st.integers(0, 4), min_size=15, max_size=300), seeds)
def test_classes_keep_their_shares(codes: list[int], seed: int) -> None:
    labels = np.array(codes)
    counts = np.bincount(labels)
    if (counts[counts > 0] < 3).any() or (counts > 0).sum() < 2:
        return
    split = split_rows(len(labels), {}, SHARES, by_class(labels, seed))
    check_cover(split, len(labels))
    for name in NAMES:
        found = np.bincount(labels[split[name]], minlength=len(counts))
        expected = counts * SHARES[NAMES.index(name)]
        assert (abs(found - expected) <= 2)[counts > 0].all()
        assert (found[counts > 0] >= 1).all()


@given(st.lists(st.integers(0, 8), min_size=10, max_size=200), seeds)
def test_no_group_is_on_two_sides(codes: list[int], seed: int) -> None:
    groups = np.array(codes)
    if len(np.unique(groups)) < 3:
        return
    split = split_rows(len(groups), {}, SHARES, by_group(groups, seed))
    check_cover(split, len(groups))
    assert sum(len(np.unique(groups[rows])) for rows in split.values()) == len(np.unique(groups))


@given(st.lists(st.integers(0, 50), min_size=10, max_size=200))
def test_what_is_held_back_is_later_than_what_is_learnt(values: list[int]) -> None:
    times = np.array(values)
    if len(np.unique(times)) < 3:
        return
    split = split_rows(len(times), {}, SHARES, by_time(times))
    check_cover(split, len(times))
    assert times[split["train"]].max() < times[split["validation"]].min()
    assert times[split["validation"]].max() < times[split["test"]].min()


def test_two_large_values_still_leave_one_for_each_split() -> None:
    check_cover(split_rows(10, {}, SHARES, by_time(np.array([0] * 8 + [1, 2]))), 10)
    for seed in range(6):
        check_cover(split_rows(20, {}, SHARES, by_group(np.array([0, 1] + [2] * 18), seed)), 20)


def test_given_splits_are_kept_and_validation_is_cut_from_the_rest() -> None:
    test = np.array([1, 5, 90])
    split = split_rows(100, {"test": test}, SHARES, by_chance(0))
    check_cover(split, 100)
    np.testing.assert_array_equal(split["test"], test)
    assert len(split["validation"]) == round(97 * 0.15 / 0.85)


def test_validation_is_capped_on_large_data() -> None:
    split = split_rows(200_000, {}, SHARES, by_chance(0))
    assert len(split["validation"]) == 10_000


def test_a_split_depends_on_its_seed_alone() -> None:
    first, again, other = (split_rows(50, {}, SHARES, by_chance(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first["test"], again["test"])
    assert not np.array_equal(first["test"], other["test"])


@pytest.mark.parametrize("text", ["0.7/0.15/0.15", "70/15/15", "70% / 15% / 15%"])
def test_shares_of_every_spelling(text: str) -> None:
    assert parse_shares(text) == pytest.approx(SHARES)


@pytest.mark.parametrize("text", ["", "0.7", "0.7/0.3", "1/0/0", "0.5/0.5/0.5", "a/b/c", "nan/0.5/0.5", "2/-1/0"])
def test_shares_that_do_not_fit_are_refused(text: str) -> None:
    with pytest.raises(SettingError, match="'split' setting"):
        parse_shares(text)


@pytest.mark.parametrize("divide", [by_chance(0), by_class(np.zeros(2, np.int64), 0), by_time(np.arange(2))])
def test_too_few_rows_are_said(divide: Divide) -> None:
    with pytest.raises(DataError, match=r"few|no row is left"):
        split_rows(2, {}, SHARES, divide)


@pytest.mark.parametrize("divide", [by_group(np.zeros(9, np.int64), 0), by_time(np.zeros(9))])
def test_a_column_of_one_value_cannot_divide(divide: Divide) -> None:
    with pytest.raises(DataError, match="too few different values"):
        split_rows(9, {}, SHARES, divide)
