"""Excel and OpenDocument sheets, through python-calamine."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from piste.core.errors import DataError
from piste.data.columns import RawTable
from piste.data.headers import column_names
from piste.data.reading import Wanted, unreadable
from piste.data.values import column_of_values, text_of

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_SAMPLE = 1000


def read_excel(path: Path, wanted: Wanted) -> RawTable:
    """Return the first sheet of `path` that has cells; another one with cells is said.

    Rows and columns without any value round the table are left out. Numbers, dates and flags keep their types.
    """
    sheets = _sheets(path)
    if not sheets:
        raise DataError(f"{path} has no sheet with values in it; a header line and rows of data were expected.")
    title, cells = sheets[0]
    others = [f"'{name}'" for name, _ in sheets[1:]]
    notes = (f"The sheet '{title}' of {path.name} was read; {', '.join(others)} left aside.",) if others else ()
    texts = [["" if _is_empty(value) else text_of(value).strip() for value in row] for row in cells[: _SAMPLE + 1]]
    names, has_header, more = column_names(path, texts[0], texts[1:], wanted)
    body = cells[1:] if has_header else cells
    if not body:
        raise DataError(f"{path} holds a header line and no rows; at least one row of data was expected.")
    columns = {
        name: column_of_values(name, _whole([None if _is_empty(row[index]) else row[index] for row in body]))
        for index, name in enumerate(names)
    }
    return RawTable(path.stem, str(path), len(body), columns, notes=(*notes, *more))


def _sheets(path: Path) -> list[tuple[str, list[list[Any]]]]:
    import python_calamine

    try:
        with path.open("rb") as file, python_calamine.load_workbook(file) as book:
            read = [(name, book.get_sheet_by_name(name).to_python()) for name in book.sheet_names]
    except python_calamine.PasswordError as error:
        raise DataError(f"{path} is locked with a password; save it without one.") from error
    except (python_calamine.CalamineError, OSError, zipfile.BadZipFile) as error:
        raise unreadable(path, "an Excel workbook", error) from error
    trimmed = ((name, _trimmed(cells)) for name, cells in read)
    return [(name, cells) for name, cells in trimmed if cells]


def _trimmed(cells: Sequence[Sequence[Any]]) -> list[list[Any]]:
    rows = [list(row) for row in cells if not all(map(_is_empty, row))]
    kept = [index for index in range(len(rows[0])) if not all(_is_empty(row[index]) for row in rows)] if rows else []
    return [[row[index] for index in kept] for row in rows]


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _whole(values: list[Any]) -> list[Any]:
    """Return whole floats as int where all numbers are whole: a sheet knows floats only."""
    if all(isinstance(value, int) or (isinstance(value, float) and value.is_integer()) for value in values):
        return [value if isinstance(value, bool) else int(value) for value in values]
    return values
