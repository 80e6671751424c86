"""CSV, TSV and other delimited text, as people really write it.

DuckDB parses well-formed files with the dialect found here; whatever it refuses is read by Python's own `csv`
module, which is slower, forgives more, and says on which line a file goes wrong.
"""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.columns import RawTable
from piste.data.dialect import Dialect, find_dialect, is_header, rows_of
from piste.data.plain_path import plain_path
from piste.data.reading import Wanted, count
from piste.data.text_files import Text, read_text

MOST_COLUMNS = 20_000
_WIDE = 1000  # columns above which DuckDB needs more memory and time than `csv` (measured: 2.4 and 1.9 times at 10,000)
_LARGE = 1_000_000  # characters below which starting DuckDB costs more than it saves
_SAMPLE = 1000

Columns = list[NDArray[np.object_]]


def read_delimited(path: Path, wanted: Wanted) -> RawTable:
    """Return the table in the delimited text file `path`; every column is object of `str` or `None`.

    `settings.header` says whether the first line holds names; else it is guessed, and said when there are none.
    Raises `DataError` for binary content, ragged rows, a header alone, equal names, or too many columns.
    """
    text = read_text(path)
    dialect = find_dialect(text.content, _suffix(path))
    first, body = _sample(path, text.content, dialect)
    names, has_header, notes = column_names(path, first, body, wanted)
    columns = _parse(path, text, dialect, len(names))
    if has_header:
        columns = [column[1:] for column in columns]
    rows = len(columns[0])
    if not rows:
        raise DataError(f"{path} holds a header line and no rows; at least one row of data was expected.")
    names, columns, more = _without_empty_tail(names, columns)
    return RawTable(
        name=path.name.split(".")[0],
        source=str(path),
        rows=rows,
        columns=dict(zip(names, columns, strict=True)),
        notes=(*text.notes, *notes, *more),
    )


def column_names(
    where: Path, first: Sequence[str], body: Sequence[Sequence[str]], wanted: Wanted
) -> tuple[list[str], bool, tuple[str, ...]]:
    """Return the columns' names, whether `first` is a header, and notes, for a table of text cells.

    `body` has a sample of the rows below `first`. A table to resemble lends its names where there is no header.
    """
    has_header = _has_header(first, body, wanted)
    if not has_header:
        names = _names_of(wanted.like, len(first)) or [f"column_{index + 1}" for index in range(len(first))]
        listed = f"{names[0]} to {names[-1]}" if len(names) > 1 else names[0]
        return names, False, (f"{where.name} has no header line: its columns are named {listed}.",)
    names = [name or f"column_{index + 1}" for index, name in enumerate(first)]
    notes = tuple(f"Column {i + 1} of {where.name} has no name; it is called {names[i]}." for i, n in enumerate(first) if not n)
    refuse_equal_names(where, names)
    return names, True, notes[:3]


def refuse_equal_names(where: Path | str, names: Sequence[str]) -> None:
    """Raise `DataError` where two columns have one name."""
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        if name in seen:
            raise DataError(
                f"{where} has two columns called '{name}' (columns {seen[name] + 1} and {index + 1}); "
                f"rename one of them, or say --no-header if the first line is data."
            )
        seen[name] = index


def _has_header(first: Sequence[str], body: Sequence[Sequence[str]], wanted: Wanted) -> bool:
    if wanted.settings.header is not None:
        return wanted.settings.header
    if wanted.like is not None and any(not _is_made_up(name) for name in wanted.like.columns):
        return 2 * sum(cell in wanted.like.columns for cell in first) > len(first) or (
            _names_of(wanted.like, len(first)) is None and is_header(first, body)
        )
    return is_header(first, body)


def _is_made_up(name: str) -> bool:
    return name.startswith("column_") and name[7:].isdigit()


def _names_of(like: RawTable | None, width: int) -> list[str] | None:
    """Return the names of `like` if they fit `width` columns, with its target or without."""
    if like is None:
        return None
    names = list(like.columns)
    without = [name for name in names if name not in (like.target or "").split(",")]
    return names if len(names) == width else without if len(without) == width else None


def _suffix(path: Path) -> str:
    return next((part.lower() for part in reversed(path.suffixes) if part.lower() != ".gz"), "")


def _sample(path: Path, text: str, dialect: Dialect) -> tuple[list[str], list[list[str]]]:
    rows: list[list[str]] = []
    with _wide_fields():
        for _, row in rows_of(text, dialect):
            rows.append(row)
            if len(rows) > _SAMPLE:
                break
    if not rows:
        raise DataError(f"{path} is empty; a header line and rows of data were expected.")
    first = rows[0]
    if len(first) > MOST_COLUMNS:
        raise DataError(f"{path} has {len(first):,} columns; at most {MOST_COLUMNS:,} can be used: leave some out.")
    width = len(first)
    if width > 1 and all(len(row) == width + 1 and not row[-1] for row in rows[1:]) and len(rows) > 1:
        first = [*first, ""]  # each row ends in a delimiter and the header does not
        width += 1
    return first, [row for row in rows[1:] if len(row) == width]


def _parse(path: Path, text: Text, dialect: Dialect, width: int) -> Columns:
    fast = text.plain and dialect.delimiter != " " and 1 < width <= _WIDE and len(text.content) > _LARGE
    columns = _parse_with_duckdb(path, text.content, dialect, width) if fast else None
    return columns if columns is not None else _parse_with_csv(path, text.content, dialect, width)


def _parse_with_duckdb(path: Path, text: str, dialect: Dialect, width: int) -> Columns | None:
    """Return the columns, or nothing where DuckDB finds the file at fault."""
    import duckdb

    query = (
        "SELECT * FROM read_csv($file, auto_detect=false, header=false, strict_mode=true, columns=$columns, "
        "delim=$delimiter, quote=$quote, escape=$quote, nullstr='', new_line=$end, max_line_size=100000000)"
    )
    line_end = "\\r\\n" if "\r\n" in text[:100_000] else "\\n"
    with plain_path(path) as file, duckdb.connect() as connection:
        values = {
            "file": str(file),
            "columns": {f"c{index}": "VARCHAR" for index in range(width)},
            "delimiter": dialect.delimiter,
            "quote": dialect.quote,
            "end": line_end,
        }
        try:
            found = connection.execute(query, values).fetchnumpy()
        except duckdb.Error:
            return None
    return [_column([None if v is None else v.strip() for v in np.ma.filled(column, None)]) for column in found.values()]


def _parse_with_csv(path: Path, text: str, dialect: Dialect, width: int) -> Columns:
    rows: list[list[str]] = []
    with _wide_fields():
        for line, row in _strict_rows(path, text, dialect):
            if len(row) != width:
                row = _mended(path, line, row, width, not rows)
            rows.append(row)
    return [_column([row[index] for row in rows]) for index in range(width)]


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


def _mended(path: Path, line: int, row: list[str], width: int, is_first: bool) -> list[str]:
    if len(row) == width + 1 and not row[-1]:
        return row[:-1]
    if is_first and len(row) == width - 1:
        return [*row, ""]
    raise DataError(
        f"{path}, line {line}: {count(len(row), 'column')} found, {width} expected as in the first line; "
        f"mend the line, or put quotes round values that hold the delimiter {dialect_name(row)}."
    )


def dialect_name(row: Sequence[str]) -> str:
    """Return a hint at the line at fault: its first cells."""
    return f"(it begins {', '.join(row[:3])[:60]!r})"


def _column(values: Sequence[str | None]) -> NDArray[np.object_]:
    column = np.empty(len(values), object)
    column[:] = [value or None for value in values]
    return column


def _without_empty_tail(names: list[str], columns: Columns) -> tuple[list[str], Columns, tuple[str, ...]]:
    """Leave out a last column that a delimiter at the end of each line made."""
    if len(names) > 1 and _is_made_up(names[-1]) and not any(value is not None for value in columns[-1]):
        return names[:-1], columns[:-1], ("Each line ends in a delimiter; the empty last column is left out.",)
    return names, columns, ()


class _wide_fields:  # noqa: N801 (a context manager reads as a verb)
    """Lift the csv module's limit of 131,072 characters a field, for texts, and put it back."""

    def __enter__(self) -> None:
        self.before = csv.field_size_limit(min(sys.maxsize, 2**31 - 1))

    def __exit__(self, *_: object) -> None:
        csv.field_size_limit(self.before)
