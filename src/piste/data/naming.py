"""Columns by name or position, as people give them on a command line."""

import difflib
from collections.abc import Sequence

from piste.core.errors import DataError


def find_columns(wanted: str | int, columns: Sequence[str], setting: str) -> tuple[str, ...]:
    """Return the names that `wanted` means: one name or position, or several with commas between.

    A position counts from 0; -1 is the last. A name wins over a position, and a name that has a comma in it
    over a list. Raises `DataError` with the nearest name for one that is not there.
    """
    if isinstance(wanted, int):
        return (_at(wanted, columns, setting),)
    if wanted in columns:
        return (wanted,)
    names = [_find(part.strip(), columns, setting) for part in wanted.split(",")]
    return tuple(dict.fromkeys(names))


def _find(wanted: str, columns: Sequence[str], setting: str) -> str:
    if wanted in columns:
        return wanted
    if wanted.lstrip("-").isdigit():
        return _at(int(wanted), columns, setting)
    alike = [name for name in columns if name.lower() == wanted.lower()]
    if len(alike) == 1:
        return alike[0]
    near = difflib.get_close_matches(wanted, columns, 1)
    hint = f": did you mean '{near[0]}'?" if near else "."
    raise DataError(f"There is no column '{wanted}' for --{setting}{hint} The columns are {listed(columns)}.")


def _at(position: int, columns: Sequence[str], setting: str) -> str:
    if not -len(columns) <= position < len(columns):
        raise DataError(
            f"There is no column at position {position} for --{setting}: there are {len(columns)}, "
            f"from 0 to {len(columns) - 1} (or -1 for the last)."
        )
    return columns[position]


def listed(names: Sequence[str], most: int = 20) -> str:
    """Return `names` with commas between, cut after `most` of them with the rest counted."""
    shown = ", ".join(map(shortened, names[:most]))
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"


def shortened(text: str, most: int = 60) -> str:
    """Return `text` on one line, cut after `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}..."
