"""Columns by name or position."""

import pytest

from piste.core.errors import DataError
from piste.data.naming import find_columns, listed, shortened

NAMES = ("age", "Last, first", "2", "Income")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("age", ("age",)),
        (-1, ("Income",)),
        ("-1", ("Income",)),
        ("0", ("age",)),
        ("2", ("2",)),
        (2, ("2",)),
        ("income", ("Income",)),
        ("Last, first", ("Last, first",)),
        ("age,Income", ("age", "Income")),
        ("age, age", ("age",)),
    ],
)
def test_names_win_over_positions(wanted: str | int, found: tuple[str, ...]) -> None:
    assert find_columns(wanted, NAMES, "target") == found


def test_a_name_that_is_not_there_gets_the_nearest_and_the_list() -> None:
    with pytest.raises(DataError, match="did you mean 'Income'"):
        find_columns("Incom", NAMES, "target")


@pytest.mark.parametrize("wanted", [4, -5, "17"])
def test_a_position_out_of_range_is_said(wanted: str | int) -> None:
    with pytest.raises(DataError, match="position"):
        find_columns(wanted, NAMES, "target")


def test_long_lists_are_cut_with_a_count() -> None:
    assert listed([str(number) for number in range(5)], 2) == "0, 1 and 3 more"


def test_long_texts_are_shown_on_one_line_and_cut() -> None:
    assert shortened("a\n b") == "a b"
    assert shortened("x" * 100) == "x" * 60 + "..."
    assert len(listed(["y" * 1000] * 3, 2)) < 200
