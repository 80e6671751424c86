"""Rows that occur more than once."""

import dataclasses

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from piste.core.records import Kind
from piste.data.columns import Column, RawTable
from piste.data.copies import first_of_copies, row_codes
from piste.data.dataset import build
from piste.data.joining import alone
from piste.data.settings import DataSettings


def column(kind: Kind, values: np.ndarray) -> Column:
    missing = np.array([one == "" if kind is Kind.CATEGORY else one != one for one in values.tolist()])
    return Column("c", kind, values, missing)


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.5, np.nan]), st.sampled_from("ab")), min_size=1, max_size=30))
def test_equal_rows_have_equal_numbers(rows: list[tuple[float, str]]) -> None:
    numbers = column(Kind.NUMBER, np.array([one for one, _ in rows]))
    words = column(Kind.CATEGORY, np.array([*(word for _, word in rows), None], object)[:-1])
    codes = row_codes([numbers, words])
    for first, one in enumerate(rows):
        for second, other in enumerate(rows):
            assert (codes[first] == codes[second]) == (str(one) == str(other))


def test_pictures_are_compared_whole() -> None:
    pictures = np.zeros((3, 2, 2, 1), np.uint8)
    pictures[1, 1, 1] = 9
    assert row_codes([Column("image", Kind.IMAGE, pictures, np.zeros(3, bool))]).tolist() == [0, 1, 0]


def test_rows_of_a_split_that_the_source_brings_stay() -> None:
    values = np.array([1.0, 1.0, 2.0, 1.0, 2.0, 2.0, 3.0, 3.0])
    table = RawTable("t", "t", 8, {"a": values}, splits={"test": np.array([3, 4, 5])})
    kept = first_of_copies([Column("a", Kind.NUMBER, values, np.zeros(8, bool))], alone(table))
    assert kept.tolist() == [3, 4, 5, 6]


def test_a_data_set_without_copies_knows_its_source_again() -> None:
    names = np.arange(90) % 45 * 0.5
    table = RawTable("t", "t", 90, {"a": names, "b": names % 7, "y": np.arange(90) % 45 % 2})
    every = build(table, None, DataSettings(target="y"))
    once = build(table, None, DataSettings(target="y", drop_duplicates=True))
    assert once.record.rows == 45
    assert once.record.fingerprint == every.record.fingerprint
    assert any("45 of 90 rows repeat another one" in note for note in once.record.notes)
    values = [set(once.columns[0].values[once.rows[name]]) for name in ("train", "validation", "test")]
    assert not values[0] & values[1] | values[0] & values[2]
    assert dataclasses.replace(once.record, rows=90).target.names == ("y",)
