"""One table out of two (the data and a test file of its own), and rows that keep their names while others go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.columns import RawTable
from piste.data.levels import Raw, count_from_one
from piste.data.naming import listed
from piste.data.sequences import joined_rows

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Joined:
    """A table with, for each row, its number within its own source, int64 (B,); `second` names a second source.

    Rows from `start` on are those of the second source.
    """

    table: RawTable
    origin: Rows
    start: int
    second: str = ""

    def place(self, row: int) -> str:
        """Return the name of a row for messages: of its file for pictures, else its number from 1, and its source."""
        if self.table.row_names:
            return self.table.row_names[row]
        source = f" of {self.second if row >= self.start else self.table.source}" if self.second else ""
        return count_from_one(int(self.origin[row])) + source

    def raw(self, name: str) -> Raw:
        """Return the column `name`, whose messages name rows as `place` does."""
        return Raw(name, self.table.columns[name], self.place)

    def take(self, rows: Rows) -> "Joined":
        """Return the given rows only, in ascending order."""
        return replace(
            self,
            table=take_rows(self.table, rows),
            origin=self.origin[rows],
            start=int(np.searchsorted(rows, self.start)),
        )


def alone(table: RawTable) -> Joined:
    """Return `table` as it is."""
    return Joined(table, np.arange(table.rows), table.rows)


def join(table: RawTable, test: RawTable) -> Joined:
    """Return the rows of `table`, then those of `test`, whose columns are matched by name.

    The source's own splits give way: all rows of `table` are for training and validation. Raises `DataError`
    for a column of `table` that `test` lacks; further columns of `test` are left out, which is said.
    """
    columns = {name: _concatenated(name, values, test) for name, values in table.columns.items()}
    row_names: tuple[str, ...] = ()
    if table.row_names and test.row_names:
        row_names = (*table.row_names, *test.row_names)
    further = [name for name in test.columns if name not in table.columns]
    notes = (f"Columns of {test.source} that {table.source} lacks are left out: {listed(further)}.",) if further else ()
    joined = replace(
        table,
        rows=table.rows + test.rows,
        columns=columns,
        splits={"test": np.arange(table.rows, table.rows + test.rows)},
        notes=(*table.notes, *(note for note in test.notes if note not in table.notes), *notes),
        row_names=row_names,
    )
    return Joined(joined, np.concatenate([np.arange(table.rows), np.arange(test.rows)]), table.rows, test.source)


def _concatenated(name: str, values: NDArray[Any], test: RawTable) -> NDArray[Any]:
    if name not in test.columns:
        raise DataError(
            f"{test.source} has no column '{name}', which the training data have; "
            f"its columns are {listed(list(test.columns))}."
        )
    others: NDArray[Any] = test.columns[name]
    if values.ndim == others.ndim == 3 and values.shape[2] == others.shape[2]:
        return joined_rows([values, others])
    if 3 in (values.ndim, others.ndim):
        raise DataError(
            f"Column '{name}' holds {_shape_in_words(values)} in the training data and {_shape_in_words(others)} in "
            f"{test.source}; they must be alike."
        )
    if values.shape[1:] != others.shape[1:]:
        raise DataError(
            f"Column '{name}' holds pictures of {values.shape[1:]} in the training data and {others.shape[1:]} in "
            f"{test.source} (height, width, channels); they must be alike."
        )
    if (values.dtype != others.dtype and "O" in (values.dtype.kind, others.dtype.kind)) or _clash(values, others):
        values, others = _as_texts(values), _as_texts(others)
    return np.concatenate([values, others])


def _shape_in_words(values: NDArray[Any]) -> str:
    return f"lists of numbers, {values.shape[2]:,} a step," if values.ndim == 3 else "single values"


def _clash(values: NDArray[Any], others: NDArray[Any]) -> bool:
    kinds = {values.dtype.kind, others.dtype.kind}
    return len(kinds) == 2 and bool(kinds & {"M", "b"})


def _as_texts(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype == object:
        return values
    raw = Raw("", values)
    texts: list[str | None] = [None if gone else text for text, gone in zip(raw.texts, raw.absent, strict=True)]
    levels = np.array([*texts, None], object)[:-1]
    spread: NDArray[Any] = levels[raw.codes]
    return spread


def take_rows(table: RawTable, rows: Rows) -> RawTable:
    """Return the given rows of `table`, ascending, with its splits renumbered."""
    return replace(
        table,
        rows=len(rows),
        columns={name: values[rows] for name, values in table.columns.items()},
        splits=_renumbered(table.splits, rows),
        row_names=_picked(table.row_names, rows),
    )


def _renumbered(splits: Mapping[str, Rows], rows: Rows) -> dict[str, Rows]:
    return {name: np.flatnonzero(np.isin(rows, members)) for name, members in splits.items()}


def _picked(names: Sequence[str], rows: Rows) -> tuple[str, ...]:
    return tuple(names[row] for row in rows.tolist()) if names else ()
