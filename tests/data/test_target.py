"""Which column is the target."""

import numpy as np
import pytest

from piste.core.errors import DataError
from piste.data.columns import RawTable
from piste.data.settings import DataSettings
from piste.data.target import find_target


def table(*names: str, target: str | None = None, last: str = "abab", first: str = "numbers") -> RawTable:
    columns: dict[str, np.ndarray] = {name: np.arange(40) * 1.5 for name in names}
    if first == "few":
        columns[names[0]] = np.arange(40) % 3
    if last == "abab":
        columns[names[-1]] = np.array(["a", "b"] * 20, object)
    return RawTable("t", "t.csv", 40, columns, target=target)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("label", "x", "z"), "label"),
        (("x", "Target", "z"), "Target"),
        (("x", "y"), "y"),
        (("survived", "class", "alone"), "survived"),
        (("species", "x", "z"), "species"),
        (("x", "z", "kind"), "kind"),
        (("column_1", "column_2", "column_3"), "column_3"),
    ],
)
def test_a_plain_target_is_guessed_and_said(names: tuple[str, ...], found: str) -> None:
    guess, note = find_target(table(*names), DataSettings())
    assert guess == (found,)
    assert f"'{found}'" in note
    assert "--target" in note


@pytest.mark.parametrize(
    "unclear",
    [
        table("x", "z", "w", last="numbers"),
        table("label", "target", "x"),
        table("species", "x", "class"),
        table("x", "z", "kind", first="few"),
        table("only"),
    ],
)
def test_where_nothing_is_plain_the_columns_are_listed(unclear: RawTable) -> None:
    with pytest.raises(DataError, match="say which with --target") as caught:
        find_target(unclear, DataSettings())
    assert ", ".join(unclear.columns) in str(caught.value)


def test_the_person_wins_over_the_source_and_the_source_over_a_guess() -> None:
    plain = table("label", "x", "z", target="x")
    assert find_target(plain, DataSettings()) == (("x",), "")
    assert find_target(plain, DataSettings(target=-1)) == (("z",), "")
    assert find_target(plain, DataSettings(target="x,z")) == (("x", "z"), "")


def test_a_last_column_without_names_wins_even_if_the_first_has_few_values() -> None:
    unnamed = table("column_1", "column_2", "column_3", first="few")
    assert find_target(unnamed, DataSettings())[0] == ("column_3",)
