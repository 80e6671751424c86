"""Two columns of labels for the same rows: how far they agree, and what that says about any network judged by one."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.core.human import AgreementRecord, DifferingRow, Interval, LabelsCompared
from piste.core.records import Score, Task
from piste.data.columns import RawTable
from piste.data.labels import spells_class
from piste.data.levels import Raw
from piste.data.tasks import describe
from piste.human.agreement import agreement
from piste.human.shares import needed
from piste.human.words import number, share

MOST_ROWS = 12
WIDEST = 12  # columns beside an example
MOST_CLASSES = 100  # beyond, the confusion is left out
HALF_WIDTHS = (0.05, 0.02, 0.01)


def compared(table: RawTable, columns: tuple[str, str], seed: int) -> LabelsCompared:
    """Return how the two `columns` of `table` agree on the rows where both have a value.

    Labels that differ in case or blanks alone are one. Numbers are compared as numbers where both columns hold what
    would be a regression target. Raises `DataError` where a column holds no single values, or no row has both.
    """
    first, second = raws = tuple(Raw(name, table.columns[name]) for name in columns)
    for raw in raws:
        if raw.values.ndim > 1:
            raise DataError(f"Column '{raw.name}' holds pictures or lists; a label or a number per row is expected.")
    there = np.flatnonzero(spells_class(first)[first.codes] & spells_class(second)[second.codes])
    if not len(there):
        raise DataError(f"No row of {table.source} has a value in both '{columns[0]}' and '{columns[1]}'.")
    left_out = table.rows - len(there)
    if all(_is_number(raw) for raw in raws):
        said = [raw.numbers[raw.codes][there] for raw in raws]
        return _numbers(table, columns, said, there, left_out, seed)
    return _labels(table, columns, _spelled([[raw.texts[code] for code in raw.codes[there]] for raw in raws]),
                   there, left_out, seed)  # fmt: skip


def _is_number(raw: Raw) -> bool:
    try:
        return describe([raw], None).task is Task.REGRESSION
    except DataError:
        return False


def _spelled(columns: Sequence[Sequence[str]]) -> list[NDArray[Any]]:
    spelling: dict[str, str] = {}
    for text in (text for texts in columns for text in texts):
        spelling.setdefault(_plain(text), " ".join(text.split()))
    return [np.asarray([spelling[_plain(text)] for text in texts], object) for texts in columns]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _labels(
    table: RawTable,
    columns: tuple[str, str],
    said: Sequence[NDArray[Any]],
    there: NDArray[np.int64],
    left_out: int,
    seed: int,
) -> LabelsCompared:
    first, second = said
    classes = tuple(np.unique(np.concatenate(said)).tolist())
    found = agreement(columns, said, seed)
    same = found.share or Interval(math.nan, math.nan, math.nan)
    ceiling = ceiling_of(same, len(classes))
    differing = np.flatnonzero(first != second)
    return LabelsCompared(
        table.name,
        columns,
        Task.TWO_CLASS if len(classes) <= 2 else Task.MANY_CLASS,
        len(there),
        left_out,
        found,
        Score("accuracy", same.value, same.low, same.high, True),
        _verdict(found, columns, share(same), "agree on", None if ceiling is None else share(ceiling)),
        ceiling,
        classes,
        _confusion(classes, said),
        len(differing),
        _rows(table, columns, there[differing[:MOST_ROWS]], [one[differing[:MOST_ROWS]] for one in said]),
        tuple((half, needed(half, same.value)) for half in HALF_WIDTHS),
    )


def _numbers(
    table: RawTable,
    columns: tuple[str, str],
    said: Sequence[NDArray[np.float64]],
    there: NDArray[np.int64],
    left_out: int,
    seed: int,
) -> LabelsCompared:
    found = agreement(columns, said, seed)
    apart = found.apart or Interval(math.nan, math.nan, math.nan)
    ceiling = Interval(*(value / math.sqrt(2) for value in (apart.value, apart.low, apart.high)))
    error = np.abs(said[0] - said[1])
    furthest = np.argsort(-error, kind="stable")[: min(MOST_ROWS, int((error > 0).sum()))]
    return LabelsCompared(
        table.name,
        columns,
        Task.REGRESSION,
        len(there),
        left_out,
        found,
        Score("RMSE", apart.value, apart.low, apart.high, False),
        _verdict(found, columns, f"an RMSE of {number(apart)}", "differ by", f"an RMSE of {number(ceiling)}"),
        ceiling,
        differing=int((error > 0).sum()),
        examples=_rows(table, columns, there[furthest], [one[furthest] for one in said]),
    )


def ceiling_of(same: Interval, classes: int) -> Interval | None:
    """Return the accuracy `a` of each of two columns that agree on the share `same` of the rows.

    Both are taken to err equally often, independently, and evenly among the `classes`: then they agree with
    probability `a^2 + (1 - a)^2 / (classes - 1)`. That is what a network that is always right would score by either of
    them. None where the columns agree less than chance would make them.
    """
    if classes < 2 or same.value < 1 / classes:
        return None
    spread = 1 / (classes - 1)

    def accuracy(value: float) -> float:
        return (spread + math.sqrt(max(value * (1 + spread) - spread, 0.0))) / (1 + spread)

    return Interval(accuracy(same.value), accuracy(same.low), accuracy(same.high))


def _verdict(found: AgreementRecord, columns: tuple[str, str], reached: str, verb: str, ceiling: str | None) -> str:
    first, second = columns
    start = (
        f"'{first}' and '{second}' {verb} {reached}{' of' if verb == 'agree on' else ' on'} {found.rows:,} rows; "
        f"{found.measure} {number(found.beyond)}. Who answers as '{second}' does scores that when judged by '{first}'."
    )
    if ceiling is None:
        return f"{start} That is less than chance would give, so one of them is no label of the same thing."
    return (
        f"{start} If both err equally often and independently, a network that is always right scores {ceiling} by "
        f"either: more than that is no merit, it is the habits of one column learnt."
    )


def _confusion(classes: tuple[str, ...], said: Sequence[NDArray[Any]]) -> tuple[tuple[int, ...], ...]:
    size = len(classes)
    if size > MOST_CLASSES:
        return ()
    first, second = (np.searchsorted(np.asarray(classes, object), one) for one in said)
    cells = np.bincount(first * size + second, minlength=size * size).reshape(size, size)
    return tuple(tuple(row) for row in cells.tolist())


def _rows(
    table: RawTable, columns: tuple[str, str], rows: NDArray[np.int64], said: Sequence[NDArray[Any]]
) -> tuple[DifferingRow, ...]:
    others = [name for name, values in table.columns.items() if name not in columns and values.ndim == 1][:WIDEST]
    return tuple(
        DifferingRow(
            int(row),
            (_word(first), _word(second)),
            {name: _word(table.columns[name][row]) for name in others},
        )
        for row, first, second in zip(rows.tolist(), *said, strict=True)
    )


def _word(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float | np.floating) else str(value)
