"""Workbooks written by hand as Office Open XML, so that no other library's view of Excel comes in between."""

import datetime
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from piste.data.columns import RawTable
from piste.data.excel import read_excel
from piste.data.reading import Wanted
from piste.data.settings import DataSettings

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def cell(value: Any) -> str:
    if value is None:
        return "<c/>"
    if isinstance(value, bool):
        return f'<c t="b"><v>{int(value)}</v></c>'
    if isinstance(value, datetime.date):
        days = (value - datetime.date(1899, 12, 30)).days
        return f'<c s="1"><v>{days}</v></c>'
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def write(path: Path, **sheets: list[list[Any]]) -> Path:
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in zip(numbers, sheets, strict=True))
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
        + "".join(
            f'<Relationship Id="r{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
        )
        + f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
        "</styleSheet>",
    }
    for number, rows in zip(numbers, sheets.values(), strict=True):
        body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
        parts[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
        )
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return path


def read(path: Path, **settings: Any) -> RawTable:
    return read_excel(path, Wanted(DataSettings(**settings)))


def test_types_of_cells(tmp_path: Path) -> None:
    day = datetime.date(2024, 3, 1)
    rows: list[list[Any]] = [
        ["n", "share", "name", "day", "ok", "mixed", "gaps"],
        [1, 0.5, " a ", day, True, 1, 3],
        [2, 1.5, "b", day, False, "x", None],
    ]
    columns = read(write(tmp_path / "w.xlsx", first=rows)).columns
    assert columns["n"].tolist() == [1, 2]
    assert columns["n"].dtype == np.int64
    assert columns["share"].tolist() == [0.5, 1.5]
    assert columns["name"].tolist() == ["a", "b"]
    assert columns["day"][0] == np.datetime64("2024-03-01")
    assert columns["ok"].tolist() == [True, False]
    assert columns["mixed"].tolist() == ["1", "x"]
    np.testing.assert_array_equal(columns["gaps"], [3.0, np.nan])


def test_the_first_sheet_with_cells_is_read_and_the_others_said(tmp_path: Path) -> None:
    path = write(tmp_path / "w.xlsx", cover=[], data=[["a", "b"], [1, 2]], notes=[["x"]])
    table = read(path)
    assert list(table.columns) == ["a", "b"]
    assert table.notes == ("The sheet 'data' of w.xlsx was read; 'notes' left aside.",)


def test_empty_rows_and_columns_round_the_table_are_left_out(tmp_path: Path) -> None:
    path = write(tmp_path / "w.xlsx", s=[[None, None, None], [None, "a", "b"], [None, 1, 2], [None, None, None]])
    table = read(path)
    assert {name: column.tolist() for name, column in table.columns.items()} == {"a": [1], "b": [2]}


def test_a_sheet_without_a_header(tmp_path: Path) -> None:
    table = read(write(tmp_path / "w.xlsx", s=[[1, 2], [3, 4]]))
    assert table.columns["column_1"].tolist() == [1, 3]
    assert "no header line" in table.notes[0]
    assert read(tmp_path / "w.xlsx", header=True).rows == 1
