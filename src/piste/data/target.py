"""Which columns are to be predicted: named by the person, made plain by the source, or guessed and said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.core.records import Task
from piste.data.columns import RawTable
from piste.data.levels import Raw
from piste.data.naming import find_columns, listed
from piste.data.settings import DataSettings

FEW_VALUES = 20
"""Up to this many distinct values, a last column reads as the class of its row."""

_TARGET_NAMES = frozenset(["target", "targets", "label", "labels", "y", "outcome", "output", "ground_truth"])
_LIKELY_NAMES = frozenset(
    ["class", "classes", "species", "survived", "diagnosis", "churn", "default", "income", "quality", "price", "result"]
)


@dataclass(frozen=True)
class Target:
    """What is predicted.

    `values` by task: two-class and many-class int32 (B,) class numbers in the order of `classes`; multi-label
    float32 (B, K) of 0 and 1; regression float64 (B, K) in the target's own units. K columns or labels have
    `names`; `reason` says why this task was taken.
    """

    names: tuple[str, ...]
    task: Task
    classes: tuple[str, ...]
    values: NDArray[Any]
    reason: str


def find_target(table: RawTable, settings: DataSettings) -> tuple[tuple[str, ...], str]:
    """Return the names of the target columns, and a note (empty when the person named them).

    Raises `DataError` listing the columns where no column is plainly the target.
    """
    names = tuple(table.columns)
    if settings.target is not None:
        return find_columns(settings.target, names, "target"), ""
    if table.target:
        return find_columns(table.target, names, "target"), ""
    if guess := _guess(table.columns):
        name, reason = guess
        return (name,), f"The target is taken to be '{name}' ({reason}); say --target for another."
    raise DataError(
        f"No column of {table.source} is plainly the target: say which with --target, by name or position "
        f"(-1 is the last). The columns are {listed(names)}."
    )


def _guess(columns: Mapping[str, NDArray[Any]]) -> tuple[str, str] | None:
    names = list(columns)
    if len(names) < 2:
        return None
    called = [name for name in names if name.strip().lower() in _TARGET_NAMES]
    if len(called) == 1:
        return called[0], "its name says so"
    # Words such as "class" name features too (a ship's cabin class): they count in the first and last place only.
    likely = [name for name in (names[0], names[-1]) if name.strip().lower() in _LIKELY_NAMES]
    if len(likely) == 1 and not called:
        return likely[0], f"its name says so, and it is the {'last' if likely[0] == names[-1] else 'first'} column"
    if called or likely:
        return None
    return _last_with_few_values(columns)


def _last_with_few_values(columns: Mapping[str, NDArray[Any]]) -> tuple[str, str] | None:
    first, last = next(iter(columns)), list(columns)[-1]
    found = _few(Raw(last, columns[last]))
    has_names = not all(name.startswith("column_") for name in columns)
    if not found or (has_names and _few(Raw(first, columns[first]))):
        return None
    return last, f"the last column, with {found} distinct values"


def _few(raw: Raw) -> int:
    """Return the number of distinct values where they are few enough to be classes, else 0."""
    if raw.values.ndim > 1 or raw.values.dtype.kind == "M":
        return 0
    numbers = raw.numbers[~raw.absent]
    if np.any(numbers != np.floor(numbers), where=~np.isnan(numbers)):
        return 0
    return raw.distinct if 2 <= raw.distinct <= min(FEW_VALUES, len(raw.values) / 5) else 0
