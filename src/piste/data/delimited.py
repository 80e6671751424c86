"""CSV, TSV and other delimited text, as people really write it.

DuckDB parses large well-formed files with the dialect found here; small ones, and whatever it refuses, are read
by Python's own `csv` module, which is slower, forgives more, and says on which line a file goes wrong.
"""

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.bulk import Bulk, object_column, read_in_bulk
from piste.data.columns import RawTable
from piste.data.dialect import Dialect, find_dialect, rows_of, wide_fields
from piste.data.headers import column_names, is_made_up
from piste.data.reading import Wanted, count
from piste.data.text_files import Text, read_text

MOST_COLUMNS = 20_000
_WIDE = 1000  # columns above which DuckDB needs more memory and time than `csv` (measured: 2.4 and 1.9 times at 10,000)
_LARGE = 1_000_000  # characters below which starting DuckDB costs more than it saves
_HUGE = 20_000_000  # characters from which columns of decimals are read as numbers, to keep memory small
_SAMPLE = 1000
_REMARK_SIGNS = ("|", "#", "%")

Columns = list[NDArray[np.generic]]


@dataclass(frozen=True)
class Layout:
    """What the first lines of a file say: names of the columns, and where the rows begin."""

    names: list[str]
    skip: int  # lines above the first row of data: remarks, blank lines, the header
    sample: list[list[str]]  # first rows of data
    notes: tuple[str, ...]


def read_delimited(path: Path, wanted: Wanted) -> RawTable:
    """Return the table in the delimited text file `path`; columns are object of `str` or `None`.

    Columns of decimal numbers in files above 20 MB are float64, as they would be in a Parquet file.
    `settings.header` says whether the first line holds names; else it is guessed, and said when there are none.
    Raises `DataError` for binary content, ragged rows, a header alone, equal names, or too many columns.
    """
    text = read_text(path)
    dialect = find_dialect(text.content, _suffix(path))
    layout = layout_of(path, text.content, dialect, wanted)
    names, columns, notes = _without_empty_tail(layout.names, _parse(path, text, dialect, layout))
    return RawTable(
        name=path.name.split(".")[0],
        source=str(path),
        rows=len(columns[0]),
        columns=dict(zip(names, columns, strict=True)),
        notes=(*text.notes, *layout.notes, *notes),
    )


def _suffix(path: Path) -> str:
    return next((part.lower() for part in reversed(path.suffixes) if part.lower() != ".gz"), "")


def layout_of(path: Path, text: str, dialect: Dialect, wanted: Wanted) -> Layout:
    """Return the layout of `text`, the first lines of the file `path` or all of it."""
    rows, remarks = _without_remarks(_first_rows(path, text, dialect))
    first, body = rows[0][1], rows[1:]
    if len(first) > MOST_COLUMNS:
        raise DataError(f"{path} has {len(first):,} columns; at most {MOST_COLUMNS:,} can be used: leave some out.")
    if body and all(len(row) == len(first) + 1 for _, row in body) and len(first) > 1:
        # Either each row ends in a delimiter and the header does not, or rows have names and the names no header.
        first = [*first, ""] if not any(row[-1] for _, row in body) else ["", *first]
    sample = [row for _, row in body if len(row) == len(first)]
    names, has_header, notes = column_names(path, first, sample, wanted)
    if has_header and not body:
        raise DataError(f"{path} holds a header line and no rows; at least one row of data was expected.")
    skip = (body[0][0] if has_header else rows[0][0]) - 1
    return Layout(names, skip, sample if has_header else [first, *sample], (*remarks, *notes))


def _first_rows(path: Path, text: str, dialect: Dialect) -> list[tuple[int, list[str]]]:
    rows = []
    with wide_fields():
        for line, row in rows_of(text, dialect):
            rows.append((line, row))
            if len(rows) > _SAMPLE:
                break
    if not rows:
        raise DataError(f"{path} is empty; a header line and rows of data were expected.")
    return rows


def _without_remarks(rows: list[tuple[int, list[str]]]) -> tuple[list[tuple[int, list[str]]], tuple[str, ...]]:
    """Leave out lines above the table that begin like a remark and have fewer cells than the rows."""
    widths = Counter(len(row) for _, row in rows)
    width = max(widths, key=lambda one: (widths[one], one))
    start = 0
    while start < len(rows) - 1 and len(rows[start][1]) < width and rows[start][1][0].startswith(_REMARK_SIGNS):
        start += 1
    notes = (f"{count(start, 'remark')} above the table left out ({rows[0][1][0][:40]!r}).",) if start else ()
    return rows[start:], notes


def _parse(path: Path, text: Text, dialect: Dialect, layout: Layout) -> Columns:
    size, width = len(text.content), len(layout.names)
    if text.plain and dialect.delimiter != " " and 1 < width <= _WIDE and size > _LARGE and layout.sample:
        columns = read_in_bulk(Bulk(path, dialect, layout.skip, layout.sample, size > _HUGE))
        if columns is not None:
            return columns
    return _parse_with_csv(path, text.content, dialect, layout)


def _parse_with_csv(path: Path, text: str, dialect: Dialect, layout: Layout) -> Columns:
    rows: list[list[str]] = []
    width = len(layout.names)
    with wide_fields():
        for line, row in _strict_rows(path, text, dialect):
            if line > layout.skip:
                rows.append(row if len(row) == width else _mended(path, line, row, width))
    return [object_column([row[index] for row in rows]) for index in range(width)]


def _strict_rows(path: Path, text: str, dialect: Dialect) -> list[tuple[int, list[str]]]:
    try:
        return list(rows_of(text, dialect, strict=True))
    except csv.Error as error:
        if "unexpected end" in str(error):
            raise DataError(
                f"{path} has a quote ({dialect.quote}) that is opened and never closed; close it or double it."
            ) from error
    try:
        return list(rows_of(text, dialect))
    except csv.Error as error:
        raise DataError(f"{path} could not be read as delimited text: {error}.") from error


def _mended(path: Path, line: int, row: list[str], width: int) -> list[str]:
    if len(row) == width + 1 and not row[-1]:
        return row[:-1]
    raise DataError(
        f"{path}, line {line}: {count(len(row), 'column')} found, {width} expected as in the first line; mend the "
        f"line (it begins {', '.join(row[:3])[:60]!r}), or put quotes round values that hold the delimiter."
    )


def _without_empty_tail(names: list[str], columns: Columns) -> tuple[list[str], Columns, tuple[str, ...]]:
    """Leave out a last column that a delimiter at the end of each line made."""
    if len(names) > 1 and is_made_up(names[-1]) and columns[-1].dtype == object and not any(columns[-1]):
        return names[:-1], columns[:-1], ("Each line ends in a delimiter; the empty last column is left out.",)
    return names, columns, ()
