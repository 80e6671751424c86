"""What a column is taken for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import DataError
from piste.core.records import Kind
from piste.data.kinds import as_column, infer
from piste.data.levels import Raw


def column(values: list[str | None], name: str = "x") -> Raw:
    return Raw(name, np.array([*values, None], object)[:-1])


NUMBERS = [str(number) for number in range(40)]


@pytest.mark.parametrize(
    ("name", "values", "kind", "used"),
    [
        ("x", ["1.5", "?", "2", "3"], Kind.NUMBER, True),
        ("x", ["0", "1", "0", None], Kind.FLAG, True),
        ("x", ["yes", "No", "yes"], Kind.FLAG, True),
        ("x", ["a", "b", "a"], Kind.CATEGORY, True),
        ("zip", ["01234", "94103", "01234"], Kind.CATEGORY, True),
        ("x", ["2024-01-01", "2024-02-01"], Kind.DATE, True),
        ("customer_id", NUMBERS, Kind.IDENTIFIER, False),
        ("x", NUMBERS, Kind.NUMBER, True),
        ("pclass", ["1", "2", "3"] * 10, Kind.CATEGORY, True),
        ("x", [f"person {number}" for number in range(20)], Kind.IDENTIFIER, False),
        ("x", [f"this is review number {number}" for number in range(20)], Kind.TEXT, True),
        ("x", [None, "NA", "?"], Kind.CATEGORY, False),
        ("x", ["a", "a", "a"], Kind.CATEGORY, False),
        ("x", ["7", "7", None], Kind.CATEGORY, True),
    ],
)
def test_kinds_follow_from_values_and_name(name: str, values: list[str | None], kind: Kind, used: bool) -> None:
    guess = infer(column(values, name))
    assert (guess.kind, guess.used) == (kind, used)
    assert guess.reason
    assert used or guess.reason.startswith("left out")


def test_typed_columns_say_their_kind() -> None:
    assert infer(Raw("x", np.array([True, False]))).kind is Kind.FLAG
    assert infer(Raw("x", np.array(["2024-01-01", "2024-01-02"], "datetime64[us]"))).kind is Kind.DATE
    assert infer(Raw("image", np.zeros((2, 4, 4, 3), np.uint8))).kind is Kind.IMAGE


def test_a_word_among_numbers_is_named_with_its_row() -> None:
    with pytest.raises(DataError, match="'x' holds numbers in 40 rows but 'oops' in row 41"):
        infer(column([*NUMBERS, "oops"]))


def test_an_infinity_is_named_with_its_row() -> None:
    with pytest.raises(DataError, match=r"infinite value \('inf'\) in row 3"):
        infer(column(["1", "2", "inf"]))


@given(
    st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False, width=32)), min_size=1, max_size=30)
)
def test_numbers_keep_their_values_and_gaps(values: list[float | None]) -> None:
    found = as_column(column([None if value is None else repr(value) for value in values]), Kind.NUMBER)
    expected = np.array([np.nan if value is None else value for value in values], np.float64)
    np.testing.assert_array_equal(found.values, expected)
    np.testing.assert_array_equal(found.missing, np.isnan(expected))


@given(st.lists(st.text(max_size=4), min_size=1, max_size=30))
def test_categories_keep_their_texts(values: list[str]) -> None:
    found = as_column(column(list(values)), Kind.CATEGORY)
    assert all(kept == value or gone for kept, value, gone in zip(found.values, values, found.missing, strict=True))
    assert all(value == "" for value in found.values[found.missing])


def test_flags_have_one_for_yes_whatever_the_spelling() -> None:
    found = as_column(column(["Yes", None, "no", "TRUE", "0"]), Kind.FLAG)
    np.testing.assert_array_equal(found.values, [1, np.nan, 0, 1, 0])


def test_dates_keep_the_order_of_day_and_month() -> None:
    first = as_column(column(["13/02/2024", "01/02/2024"]), Kind.DATE)
    assert first.form == "day first"
    later = as_column(column(["03/02/2024"]), Kind.DATE, first.form)
    assert later.values[0] == np.datetime64("2024-02-03", "us")


@pytest.mark.parametrize("kind", [Kind.NUMBER, Kind.FLAG, Kind.DATE])
def test_a_value_of_another_kind_is_named_with_its_row(kind: Kind) -> None:
    with pytest.raises(DataError, match="Column 'x' holds 'maybe' in row 2"):
        as_column(column([None, "maybe"]), kind)
