"""Text tables as people write them, against the values that a person would read in them."""

import csv
import io
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.data import delimited
from piste.data.columns import RawTable
from piste.data.delimited import read_delimited
from piste.data.reading import Wanted
from piste.data.settings import DataSettings


def read(
    folder: Path, content: str | bytes, name: str = "t.csv", like: RawTable | None = None, **settings: Any
) -> RawTable:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_delimited(path, Wanted(DataSettings(**settings), like=like))


def values(table: RawTable) -> dict[str, list[object]]:
    return {name: column.tolist() for name, column in table.columns.items()}


PLAIN = {"a": ["1", "2"], "b": ["x", "y z"]}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("a,b\n1,x\n2,y z\n", "t.csv"),
        ("a;b\r\n1;x\r\n2;y z\r\n", "t.csv"),
        ("a\tb\n1\tx\n2\ty z\n", "t.tsv"),
        ("a|b\n1|x\n2|y z", "t.txt"),
        ("a, b\n 1, x \n2,  y z\n\n\n", "t.csv"),
        ('"a","b"\n"1","x"\n"2","y z"\n', "t.csv"),
        ("'a','b'\n'1','x'\n'2','y z'\n", "t.csv"),
        ("\ufeffa,b\n1,x\n2,y z\n", "t.csv"),
        ("a,b\n1,x\n2,y z\n".encode("utf-16"), "t.csv"),
        ("a,b\n1,x\n2,y z\n".encode("utf-16-le"), "t.csv"),
        ("a,b,\n1,x,\n2,y z,\n", "t.csv"),
        ("a,b\n1,x,\n2,y z,\n", "t.csv"),
        ("# made by hand\n# twice\na,b\n1,x\n2,y z\n", "t.csv"),
        ("a,b\r1,x\r2,y z\r", "t.csv"),
    ],
)
def test_one_table_in_many_spellings(tmp_path: Path, content: str | bytes, name: str) -> None:
    assert values(read(tmp_path, content, name)) == PLAIN


def test_blanks_divide_columns_where_no_sign_does(tmp_path: Path) -> None:
    assert values(read(tmp_path, " 1.5  2\n13.0  4\n", "t.data")) == {
        "column_1": ["1.5", "13.0"],
        "column_2": ["2", "4"],
    }


def test_empty_cells_are_none_and_question_marks_stay_text(tmp_path: Path) -> None:
    assert values(read(tmp_path, "a,b\n1,\n?,x\n")) == {"a": ["1", "?"], "b": [None, "x"]}


def test_quoted_cells_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    table = read(tmp_path, 'a,b\n1,"x, ""y""\nz"\n2,w\n')
    assert values(table) == {"a": ["1", "2"], "b": ['x, "y"\nz', "w"]}


def test_latin_1_is_read_and_said(tmp_path: Path) -> None:
    table = read(tmp_path, "name,n\nMüller,1\nCafé,2\n".encode("latin-1"))
    assert values(table)["name"] == ["Müller", "Café"]
    assert "Latin-1" in table.notes[0]


@pytest.mark.parametrize(
    ("content", "has_header"),
    [
        ("age,city\n31,Bern\n45,Rome\n", True),
        ("31,Bern\n45,Rome\n", False),
        ("1,2\n3,4\n", False),
        ("x,y\nred,Bern\nblue,Rome\n", True),
        ("red,Bern\nred,Rome\nblue,Bern\n", False),
        ("0,1,2\n5,6,7\n8,9,9\n", True),
        ("2020,2021,name\n1.5,2.5,x\n1.7,2.8,y\n", False),
    ],
)
def test_header_is_guessed_and_its_absence_said(tmp_path: Path, content: str, has_header: bool) -> None:
    table = read(tmp_path, content)
    assert table.rows == len(content.splitlines()) - has_header
    assert any("no header line" in note for note in table.notes) is not has_header


def test_header_is_taken_as_told(tmp_path: Path) -> None:
    assert list(read(tmp_path, "1,2\n3,4\n", header=True).columns) == ["1", "2"]
    assert read(tmp_path, "a,b\n3,4\n", header=False).rows == 2


def test_row_names_without_a_header_of_their_own(tmp_path: Path) -> None:
    table = read(tmp_path, '"mpg" "cyl"\n"Mazda" 21.5 6\n"Fiat" 32.4 4\n', "cars.txt")
    assert values(table) == {"column_1": ["Mazda", "Fiat"], "mpg": ["21.5", "32.4"], "cyl": ["6", "4"]}
    assert "has no name" in table.notes[0]


def test_the_remark_above_the_census_test_file_is_left_out(tmp_path: Path) -> None:
    row = "25, Private, 226802, 11th, <=50K.\n"
    table = read(tmp_path, "|1x3 Cross validator\n" + row * 3 + "\n", "adult.test")
    assert table.rows == 3
    assert table.columns["column_5"].tolist() == ["<=50K."] * 3
    assert "1 remark above the table left out ('|1x3 Cross validator')." in table.notes


def test_a_header_that_begins_with_a_hash_is_a_header(tmp_path: Path) -> None:
    assert list(read(tmp_path, "#id,n\na,1\nb,2\n").columns) == ["#id", "n"]


def test_line_numbers_of_errors_count_remarks_and_blank_lines(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="line 5: 1 column found, 2 expected"):
        read(tmp_path, "# remark\n\na,b\n1,2\n3\n")


def test_new_rows_take_names_and_header_decision_from_the_table_before(tmp_path: Path) -> None:
    train = RawTable("t", "t", 1, dict.fromkeys(("age", "city", "y"), np.zeros(1)), target="y")
    assert values(read(tmp_path, "31,Bern\n45,Rome\n", like=train)) == {"age": ["31", "45"], "city": ["Bern", "Rome"]}
    assert read(tmp_path, "age,city\n31,Bern\n", like=train).rows == 1
    bare = RawTable("t", "t", 1, dict.fromkeys(("column_1", "column_2", "column_3"), np.zeros(1)), target="column_3")
    assert values(read(tmp_path, "age,city\n31,Bern\n", like=bare)) == {"column_1": ["31"], "column_2": ["Bern"]}


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=8)


@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=8))
def test_what_python_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]]) -> None:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([("name", "some text", "third"), *rows])
    table = read(tmp_path_factory.mktemp("csv"), file.getvalue(), header=True)
    assert list(zip(*values(table).values(), strict=True)) == [
        tuple(cell.strip() or None for cell in row) for row in rows
    ]


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_fast_and_patient_readers_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line_end: str) -> None:
    random = np.random.default_rng(0)
    lines = ["# remark", "n,price,colour,text"]
    for row in range(3000):
        colour = ("red", " blue", "", "dark,green", "?")[row % 5]
        lines.append(f'{row},{random.normal():.4f},"{colour}", word{row} "quoted" here ')
    content = line_end.join(lines) + line_end
    patient = read(tmp_path, content)
    monkeypatch.setattr(delimited, "_LARGE", 1000)
    refused = mock.Mock(side_effect=AssertionError("the fast reader gave up"))
    monkeypatch.setattr(delimited, "_parse_with_csv", refused)
    fast = read(tmp_path, content.replace('"quoted"', "quoted"))
    assert list(fast.columns) == list(patient.columns)
    for name, column in patient.columns.items():
        assert fast.columns[name].tolist() == [one and str(one).replace('"', "") for one in column.tolist()]
    monkeypatch.setattr(delimited, "_HUGE", 1000)
    typed = read(tmp_path, content.replace('"quoted"', "quoted"))
    assert typed.columns["price"].dtype == np.float64
    assert typed.columns["price"].tolist() == [float(str(one)) for one in values(patient)["price"]]
    assert typed.columns["n"].tolist() == values(patient)["n"]


def test_one_text_among_decimals_keeps_the_column_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "_LARGE", 1000)
    monkeypatch.setattr(delimited, "_HUGE", 1000)
    body = "".join(f"{row + 0.5},{row}\n" for row in range(3000))
    table = read(tmp_path, f"a,b\n{body}?,1\n,2\n")
    assert table.columns["a"].tolist()[-3:] == ["2999.5", "?", None]


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "rows", "columns", "has_header"),
    [
        ("abalone", 4177, 9, False),
        ("adult-train", 32561, 15, False),
        ("adult-test", 16281, 15, False),
        ("airline-passengers", 144, 2, True),
        ("daily-min-temperatures", 3650, 2, True),
        ("diamonds", 53940, 10, True),
        ("housing", 506, 14, False),
        ("ionosphere", 351, 35, False),
        ("mpg", 398, 9, True),
        ("penguins", 344, 7, True),
        ("pima-indians-diabetes", 768, 9, False),
        ("titanic", 891, 15, True),
        ("winequality-red", 1599, 12, False),
    ],
)
def test_real_tables(data_folder: Path, name: str, rows: int, columns: int, has_header: bool) -> None:
    table = read_delimited(data_folder / "tables" / f"{name}.csv", Wanted(DataSettings()))
    assert (table.rows, len(table.columns)) == (rows, columns)
    assert ("column_1" in table.columns) is not has_header
    cells = [cell for column in table.columns.values() for cell in column.tolist() if cell is not None]
    assert all(cell == cell.strip() and cell for cell in cells)


@pytest.mark.data
def test_the_census_test_file_is_read_like_the_training_file(data_folder: Path) -> None:
    train = read_delimited(data_folder / "tables" / "adult-train.csv", Wanted(DataSettings()))
    test = read_delimited(data_folder / "tables" / "adult-test.csv", Wanted(DataSettings(), like=train))
    assert list(test.columns) == list(train.columns)
    assert set(train.columns["column_15"]) == {"<=50K", ">50K"}
    assert set(test.columns["column_15"]) == {"<=50K.", ">50K."}
    assert "?" in set(train.columns["column_2"])
