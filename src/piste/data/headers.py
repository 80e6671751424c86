"""The names of columns: in the first line, lent by a table read earlier, or made up."""

from collections.abc import Sequence
from pathlib import Path

from piste.core.errors import DataError
from piste.data.columns import RawTable
from piste.data.dialect import is_header
from piste.data.reading import Wanted


def column_names(
    where: Path, first: Sequence[str], body: Sequence[Sequence[str]], wanted: Wanted
) -> tuple[list[str], bool, tuple[str, ...]]:
    """Return the columns' names, whether `first` is a header, and notes, for a table of text cells.

    `body` has a sample of the rows below `first`. A table to resemble lends its names where there is no header,
    and where its own names were made up. Raises `DataError` for two equal names.
    """
    lent = lent_names(wanted.like, len(first))
    has_header = _has_header(first, body, wanted)
    if not has_header:
        names = lent or [f"column_{index + 1}" for index in range(len(first))]
        listed = f"{names[0]} to {names[-1]}" if len(names) > 1 else names[0]
        return names, False, (f"{where.name} has no header line: its columns are named {listed}.",)
    if lent and all(map(is_made_up, lent)):
        return lent, True, (f"{where.name} has a header line; its columns were matched by position.",)
    names = [name or f"column_{index + 1}" for index, name in enumerate(first)]
    unnamed = [index for index, name in enumerate(first) if not name]
    notes = (f"Column {index + 1} of {where.name} has no name; it is called {names[index]}." for index in unnamed[:3])
    refuse_equal_names(where, names)
    return names, True, tuple(notes)


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


def is_made_up(name: str) -> bool:
    """Return whether `name` is one that stands in for a missing header."""
    return name.startswith("column_") and name[7:].isdigit()


def _has_header(first: Sequence[str], body: Sequence[Sequence[str]], wanted: Wanted) -> bool:
    if wanted.settings.header is not None:
        return wanted.settings.header
    like = wanted.like
    if like is None or all(map(is_made_up, like.columns)):
        return is_header(first, body)
    if 2 * sum(cell in like.columns for cell in first) > len(first):
        return True
    return lent_names(like, len(first)) is None and is_header(first, body)


def lent_names(like: RawTable | None, width: int) -> list[str] | None:
    """Return the names of `like` where they fit `width` columns, with its target or without."""
    if like is None:
        return None
    names = list(like.columns)
    without = [name for name in names if name not in (like.target or "").split(",")]
    return names if len(names) == width else without if len(without) == width else None
