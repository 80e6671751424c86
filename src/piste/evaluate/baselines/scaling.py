"""Columns of comparable size, which distances and penalised weights need."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.evaluate.baselines.problem import Matrix

SMALLEST_REACH = 0.1


@dataclass(frozen=True)
class Scaling:
    """What is subtracted from each column (F,), and by what (F,) it is divided then."""

    centre: NDArray[np.float32]
    spread: NDArray[np.float32]

    @classmethod
    def fit(cls, inputs: Matrix) -> "Scaling":
        """Learn mean and standard deviation of the columns of `inputs` (B, F).

        Columns that already lie within [0, 1] and reach at least 0.1 (flags, one-hot levels, shares of words,
        brightness) stay as they are: divided by their deviation, rare levels would count most of all.
        """
        lowest, highest = inputs.min(axis=0), inputs.max(axis=0)
        spread = inputs.std(axis=0, dtype=np.float64)
        plain = ((lowest >= 0) & (highest <= 1) & (highest >= SMALLEST_REACH)) | (spread == 0)
        centre = np.where(plain, 0, inputs.mean(axis=0, dtype=np.float64))
        return cls(centre.astype(np.float32), np.where(plain, 1, spread).astype(np.float32))

    def __call__(self, inputs: Matrix) -> Matrix:
        """Return `inputs` (B, F) scaled."""
        return np.asarray((inputs - self.centre) / self.spread, dtype=np.float32)
