"""Spellings of a missing value."""

import pytest

from piste.data.missing import spelled_missing, spelled_missing_number


@pytest.mark.parametrize("text", ["", " ", "?", "NA", "n/a", "#N/A", "<NA>", "NaN", "-nan", "NULL", "None", "\\N"])
def test_known_spellings_are_missing_in_any_column(text: str) -> None:
    assert spelled_missing([text])[0]


@pytest.mark.parametrize("text", ["-", "--", ".", "..", "*"])
def test_dashes_are_missing_among_numbers_only(text: str) -> None:
    assert spelled_missing_number([text])[0]
    assert not spelled_missing([text])[0]


@pytest.mark.parametrize("text", ["0", "nano", "no", "a", "-1", "unknown"])
def test_values_are_not_missing(text: str) -> None:
    assert not spelled_missing([text])[0]
    assert not spelled_missing_number([text])[0]
