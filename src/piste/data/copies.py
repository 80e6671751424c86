"""Rows that occur more than once: all columns that serve as features are equal."""

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.joining import Joined

_JUDGING = ("validation", "test")


def first_of_copies(columns: Sequence[Column], joined: Joined) -> NDArray[np.int64]:
    """Return the rows to keep, ascending: of equal ones the first, or those of a split that the source brings.

    No row of a validation or test split that the source brings goes: what is judged by is not ours to thin out.
    """
    codes = row_codes(columns)
    judging = np.zeros(len(codes), bool)
    for name in _JUDGING:
        judging[joined.table.splits.get(name, [])] = True
    order = np.lexsort((np.arange(len(codes)), ~judging, codes))
    first = np.ones(len(codes), bool)
    first[1:] = codes[order][1:] != codes[order][:-1]
    kept = judging.copy()
    kept[order[first]] = True
    return np.flatnonzero(kept)


def row_codes(columns: Sequence[Column]) -> NDArray[np.int64]:
    """Return int64 (B,): equal numbers for rows that are equal in all `columns`, missing values alike."""
    codes = np.zeros(len(columns[0].values), np.int64)
    for column in columns:
        own = _codes(column)
        codes = np.unique(codes * (int(own.max(initial=0)) + 1) + own, return_inverse=True)[1].astype(np.int64)
    return codes


def _codes(column: Column) -> NDArray[np.int64]:
    values = column.values
    if values.ndim > 1:
        plain = np.ascontiguousarray(
            values if column.kind is Kind.IMAGE else np.where(np.isnan(values), np.nan, values)
        )
        digests = [hashlib.blake2b(row.tobytes(), digest_size=16).digest() for row in plain]
        return _numbered(digests)
    if values.dtype == object:
        return _numbered(values.tolist())
    known = np.unique(values, return_inverse=True)[1].astype(np.int64) + 1
    return np.where(column.missing, 0, known)


def _numbered(values: Sequence[object]) -> NDArray[np.int64]:
    numbers = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return np.fromiter(map(numbers.__getitem__, values), np.int64, len(values))
