"""Columns that are the target once more, in other words or other units."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.data.levels import Raw
from piste.data.target import Target

FEWEST_ROWS = 30
"""In fewer rows, a feature that separates the classes without a fault may well do so by chance."""

REASON = "left out: repeats the target"


def repeats_target(raw: Raw, target: Target) -> bool:
    """Return whether the column `raw` and the target can each be told from the other, without an exception.

    For classes: a one-to-one map between values. For a regression target: one straight line through all rows.
    """
    if raw.values.ndim > 1 or len(raw.values) < FEWEST_ROWS or raw.missing.any():
        return False
    if target.task in (Task.TWO_CLASS, Task.MANY_CLASS):
        return _one_to_one(raw, target.values)
    if target.task is Task.REGRESSION and not np.isnan(raw.numbers).any() and raw.distinct > 2:
        numbers = raw.numbers[raw.codes]
        return any(_on_a_line(numbers, target.values[:, output]) for output in range(target.values.shape[1]))
    return False


def _one_to_one(raw: Raw, codes: NDArray[Any]) -> bool:
    classes = len(np.unique(codes))
    if raw.distinct != classes:
        return False
    return len(np.unique(raw.codes * (int(codes.max()) + 1) + codes)) == classes


def _on_a_line(numbers: NDArray[np.float64], target: NDArray[np.float64]) -> bool:
    with np.errstate(all="ignore"):
        correlation = np.corrcoef(numbers, target)[0, 1]
    return bool(abs(correlation) > 1 - 1e-12)
