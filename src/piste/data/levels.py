"""A column by its distinct values: everything about its kind is decided on those, and spread back by number."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.data.missing import spelled_missing, spelled_missing_number
from piste.data.naming import shortened
from piste.data.parsing import parse_numbers


def count_from_one(row: int) -> str:
    """Name row number `row` as a person counts."""
    return f"row {row + 1:,}"


@dataclass(frozen=True)
class Raw:
    """One column as read, with its distinct values (levels) worked out when first asked for.

    `values` is an array as in `RawTable.columns`; `place` names a row in words for messages.
    """

    name: str
    values: NDArray[Any]
    place: Callable[[int], str] = count_from_one

    @cached_property
    def _distinct(self) -> tuple[Any, NDArray[np.int64]]:
        if self.values.dtype != object:
            levels, codes = np.unique(self.values, return_inverse=True)
            return levels, codes.astype(np.int64)
        plain = self.values.tolist()
        index = {value: number for number, value in enumerate(dict.fromkeys(plain))}
        return list(index), np.fromiter(map(index.__getitem__, plain), np.int64, len(plain))

    @property
    def codes(self) -> NDArray[np.int64]:
        """Level number of each row, int64 (B,)."""
        return self._distinct[1]

    @cached_property
    def texts(self) -> list[str]:
        """The levels (L,) as texts; whole numbers are spelled without a point."""
        return [_spell(value) for value in self._distinct[0]]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Rows per level, int64 (L,)."""
        return np.bincount(self.codes, minlength=len(self._distinct[0])).astype(np.int64)

    @cached_property
    def absent(self) -> NDArray[np.bool_]:
        """Which levels stand for a missing value, bool (L,)."""
        levels = self._distinct[0]
        if self.values.dtype.kind == "M":
            return np.asarray(np.isnat(levels))
        if self.values.dtype != object:
            return np.asarray(np.isnan(levels.astype(np.float64)))
        absent = spelled_missing(self.texts)
        dashes = spelled_missing_number(self.texts) & ~absent
        others = ~absent & ~dashes
        if dashes.any() and others.any() and not np.isnan(self._parsed[others]).any():
            absent = absent | dashes
        return absent

    @cached_property
    def _parsed(self) -> NDArray[np.float64]:
        levels = self._distinct[0]
        return parse_numbers(self.texts) if self.values.dtype == object else levels.astype(np.float64)

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The levels as numbers, float64 (L,); NaN where missing or no number."""
        return np.where(self.absent, np.nan, self._parsed)

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Which rows have no value, bool (B,)."""
        return self.absent[self.codes]

    @property
    def distinct(self) -> int:
        """Number of distinct values, missing ones not counted."""
        return int((~self.absent).sum())

    def first(self, levels: NDArray[np.bool_]) -> tuple[str, str]:
        """Return place and text (shortened) of the first row whose level is among `levels`, bool (L,)."""
        row = int(np.argmax(levels[self.codes]))
        return self.place(row), shortened(self.texts[int(self.codes[row])])


def _spell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)
