"""Values that a person says stand for a missing one: 0 for a blood pressure, -999 for a temperature."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.columns import RawTable
from piste.data.levels import Raw
from piste.data.naming import find_columns
from piste.data.parsing import parse_numbers

Gaps = tuple[tuple[str, str], ...]
"""Pairs of a column and the value that stands for a missing one there; "" is every column but the target."""


def parse_gaps(text: str, columns: Sequence[str], targets: Collection[str]) -> Gaps:
    """Return what `text` says: values for every column ("-999"), or for one ("pressure:0"), with commas between.

    Raises `DataError` for a column that is not there, or is the target, and for a value left out.
    """
    gaps: list[tuple[str, str]] = []
    for part in text.split(","):
        name, colon, value = (one.strip() for one in part.rpartition(":"))
        if not value:
            raise DataError(f"--missing takes values, or pairs column:value, with commas between. Got {part!r}.")
        names = find_columns(name, columns, "missing") if colon else ("",)
        if set(names) & set(targets):
            raise DataError(f"'{name}' is the target: rows without it are left out, so leave its cells blank instead.")
        gaps += [(one, value) for one in names]
    return tuple(dict.fromkeys(gaps))


def with_gaps(table: RawTable, gaps: Gaps, targets: Collection[str]) -> RawTable:
    """Return `table` with the values of `gaps` missing; columns that it lacks, and `targets`, are passed over."""
    columns = dict(table.columns)
    for name, values in table.columns.items():
        wanted = [value for column, value in gaps if column in ("", name)]
        if wanted and name not in targets and values.ndim == 1:
            columns[name] = _blanked(values, wanted)
    return replace(table, columns=columns) if gaps else table


def gaps_note(before: RawTable, after: RawTable) -> str:
    """Return the sentence that says how many values were made missing, "" where none was asked for."""
    if before is after:
        return ""
    changed = {name: _missing(values) - _missing(before.columns[name]) for name, values in after.columns.items()}
    told = ", ".join(f"{count:,} of '{name}'" for name, count in changed.items() if count)
    return f"Taken for missing, as --missing says: {told}." if told else "No value is one of those of --missing."


def _missing(values: NDArray[Any]) -> int:
    return int(Raw("", values).missing.sum()) if values.ndim == 1 else 0


def _blanked(values: NDArray[Any], wanted: Sequence[str]) -> NDArray[Any]:
    raw = Raw("", values)
    numbers = parse_numbers(list(wanted))
    # 0, 0.0 and "0" are one value.
    hit = np.isin(raw.texts, wanted) | np.isin(raw.numbers, numbers[~np.isnan(numbers)])
    rows = hit[raw.codes]
    if not rows.any():
        return values
    if values.dtype.kind in "iu":
        values = values.astype(np.float64)
    if values.dtype.kind == "b":
        values = np.where(values, "True", "False").astype(object)
    gap: Any = {"f": np.nan, "M": np.datetime64("NaT")}.get(values.dtype.kind)
    blanked = values.copy()
    blanked[rows] = gap
    return blanked
