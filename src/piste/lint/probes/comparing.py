"""Paired comparisons of two trainings on the same batches."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

_BLOCK = 4  # neighbouring steps, whose losses are not independent
CLEAR = 3.0  # standard errors

Losses = NDArray[np.float64]


@dataclass(frozen=True)
class Gap:
    """By how much one series of losses lies above another: in the mean, in standard errors, and its chance if equal."""

    mean: float
    errors: float
    chance: float

    @property
    def clear(self) -> bool:
        """Whether it is more than three standard errors."""
        return self.errors > CLEAR


def above(losses: Losses, others: Losses, block: int = _BLOCK) -> Gap:
    """Return by how much `losses` lie above `others`, pair by pair: a one-sided t-test of the means of blocks."""
    if not np.all(np.isfinite(others)):
        return Gap(-np.inf, -np.inf, 1.0)
    if not np.all(np.isfinite(losses)):
        return Gap(np.inf, np.inf, 0.0)
    count = len(losses) // block
    gaps = (losses - others)[len(losses) - count * block :].reshape(count, block).mean(axis=1)
    mean = float(gaps.mean())
    error = max(float(gaps.std(ddof=1)) / np.sqrt(count), 1e-9 * abs(mean), 1e-30) if count > 1 else np.inf
    errors = mean / error
    return Gap(mean, errors, float(stdtr(count - 1, -errors)) if count > 1 else 1.0)
