"""Categories: one slot for each common level, shared slots for the others."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.encoder import Encoder
from piste.data.encoders.hashing import slot_of

OWN_SLOTS = 64
"""The commonest levels, up to so many, have a slot each."""

FEWEST_ROWS = 3
"""Levels with fewer rows in the train split share slots: a weight cannot be learnt from one or two rows."""

MOST_SHARED = 256


@dataclass(frozen=True)
class CategoryEncoder(Encoder):
    """Slots: one per level of `levels`; `shared` slots for all other levels; "missing" where the train split has gaps.

    Which shared slot a level gets is decided by a hash of its text; a single one is called "other". Without shared
    slots (no level of the train split was rare), a level never seen is all zeros, rather than an input whose
    weights were never trained.
    """

    name: str
    levels: tuple[str, ...]
    shared: int
    indicator: bool

    kind = Kind.CATEGORY

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the inputs."""
        own = [f"{self.name} = {level}" for level in self.levels]
        shared = [f"{self.name} other {number + 1}" for number in range(self.shared)]
        others = [f"{self.name} other"] if self.shared == 1 else shared
        return (*own, *others, *([f"{self.name} missing"] if self.indicator else []))

    def write(self, column: Column, out: NDArray[np.float32]) -> None:
        """Fill `out`, float32 zeros (B, slots)."""
        places = self._places(column)
        rows = np.flatnonzero(places >= 0)
        out[rows, places[rows]] = 1.0

    def _places(self, column: Column) -> NDArray[np.int64]:
        """Return the slot of each row, -1 for none."""
        places = {level: number for number, level in enumerate(self.levels)}
        values = column.values.tolist()
        for level in set(values) - places.keys():
            places[level] = len(self.levels) + slot_of(level, self.shared) if self.shared else -1
        found = np.fromiter(map(places.__getitem__, values), np.int64, len(values))
        return np.where(column.missing, len(self.levels) + self.shared if self.indicator else -1, found)


def fit_category(column: Column) -> CategoryEncoder:
    """Return the encoder of `column` (train split only)."""
    found = Counter(column.values[~column.missing].tolist())
    common = [level for level, rows in found.items() if rows >= FEWEST_ROWS]
    levels = sorted(common, key=lambda level: (-found[level], level))[:OWN_SLOTS]
    return CategoryEncoder(
        column.name, tuple(sorted(levels)), _shared(len(found) - len(levels)), bool(column.missing.any())
    )


def _shared(others: int) -> int:
    """Return how many slots `others` levels share: one up to 8 of them, then a quarter, at most `MOST_SHARED`."""
    return min(others, 1) if others <= 8 else min(MOST_SHARED, -(-others // 4))
