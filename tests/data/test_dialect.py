import csv

import pytest

from piste.data.dialect import Dialect, find_dialect, is_header, is_typed, rows_of, wide_fields


@pytest.mark.parametrize(
    ("text", "suffix", "delimiter", "quote"),
    [
        ("a,b\n1,2\n", ".csv", ",", '"'),
        ("a;b\n1,5;2,5\n3,5;4,5\n", ".csv", ";", '"'),
        ("a\tb\n1,5\t2,5\n", ".csv", "\t", '"'),
        ("when;what\n2024-01-02;a, b, c\n2024-01-03;d, e, f\n", ".csv", ";", '"'),
        ("a,b\n'x','y'\n", ".csv", ",", "'"),
        ("just a sentence\nand one more\n", ".txt", ",", '"'),
        ("1 2 3\n4 5 6\n", ".dat", " ", '"'),
        ("one\ntwo\n", ".csv", ",", '"'),
        ("a,b\tc\nd,e\tf\n", ".tsv", "\t", '"'),
    ],
)
def test_dialect(text: str, suffix: str, delimiter: str, quote: str) -> None:
    assert find_dialect(text, suffix) == Dialect(delimiter, quote)


def test_rows_say_the_line_they_start_on() -> None:
    text = 'a,b\n\n1,"x\ny"\n2,z\n'
    assert list(rows_of(text, Dialect(","))) == [(1, ["a", "b"]), (3, ["1", "x\ny"]), (5, ["2", "z"])]


@pytest.mark.parametrize(
    "cell", ["1", "-2.5", "1e-9", "1,234", "1.234,5", "inf", "2024-01-31", "1/2/2024", "True", "12%"]
)
def test_typed_cells(cell: str) -> None:
    assert is_typed(cell)


@pytest.mark.parametrize("cell", ["", "a", "1a", "n/a", "1-2-3-4", "v1.0", "twelve"])
def test_cells_without_a_type(cell: str) -> None:
    assert not is_typed(cell)


def test_header_over_missing_values() -> None:
    assert is_header(["age", "city"], [["?", "Rome"], ["31", "Bern"], ["NA", "Rome"]])
    assert not is_header(["?", "Rome"], [["30", "Rome"], ["31", "Bern"]])


def test_long_cells_pass_and_the_limit_is_put_back() -> None:
    before = csv.field_size_limit()
    with wide_fields():
        ((_, row),) = rows_of("x" * 200_000 + ",1\n", Dialect(","))
    assert len(row[0]) == 200_000
    assert csv.field_size_limit() == before
