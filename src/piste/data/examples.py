"""A data set ready for encoding: columns with kinds, a target with a task, and rows in three splits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from piste.core.records import DataRecord
from piste.data.columns import Column
from piste.data.gaps import Gaps
from piste.data.target import Target


class RowsOnDisk(Protocol):
    """The train split of data that are larger than memory."""

    @property
    def memory(self) -> int:
        """How many bytes they may take."""

    def __len__(self) -> int:
        """Return how many rows there are."""

    def blocks(self, encoding: Any) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[np.float32]]]:
        """Yield (inputs, targets, weights), as the `Encoding` makes them of the rows, some thousand at a time."""


@dataclass(frozen=True)
class DataSet:
    """Examples with a schema.

    `columns` has every column but the target, in the same order as `record.features`, which says which are used;
    `rows` maps "train", "validation" and "test" to row numbers, int64; `origin` (B,) is each row's number within
    its own source, and `row_names` its name there, where it has one; `order` names all columns of the source.
    `weights` float64 (B,) says how much each row counts in training; None where all count alike. `steps` names the
    columns of the source that became one column of sequences; `gaps` says which values count as missing. With
    `stream`, the rows of the train split are a sample of those to learn from, which stay on the disk.
    """

    name: str
    source: str
    columns: tuple[Column, ...]
    target: Target
    rows: Mapping[str, NDArray[np.int64]]
    record: DataRecord
    origin: NDArray[np.int64]
    order: tuple[str, ...]
    row_names: tuple[str, ...] = ()
    weights: NDArray[np.float64] | None = None
    steps: tuple[str, ...] = ()
    stream: RowsOnDisk | None = None
    gaps: Gaps = ()

    @property
    def train_rows(self) -> int:
        """How many rows there are to learn from."""
        return len(self.rows["train"]) if self.stream is None else len(self.stream)

    @property
    def used(self) -> tuple[Column, ...]:
        """The columns that serve as features."""
        return tuple(column for column, feature in zip(self.columns, self.record.features, strict=True) if feature.used)

    def select(self, split: str) -> tuple[tuple[Column, ...], NDArray[Any]]:
        """Return the used columns and the target's values of the rows of `split`."""
        rows = self.rows[split]
        return tuple(column.take(rows) for column in self.used), self.target.values[rows]
