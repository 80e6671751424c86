"""Numbers brought to a common size in a way that one wild value cannot spoil."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIMIT = 3.0
"""Scaled values approach plus and minus this and never reach it."""


@dataclass(frozen=True)
class Scale:
    """x -> u / sqrt(1 + (u / 3)^2) with u = (x - centre) / spread.

    Near the centre this is u; far out it bends towards 3, so the order of values is kept and none is wild.
    Robust scaling with a smooth clip, after Holzmüller, Grinsztajn & Steinwart (2024, "Better by default").
    """

    centre: float
    spread: float

    def apply(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the scaled values, of the same shape; NaN stays."""
        with np.errstate(over="ignore"):
            units = (values - self.centre) / self.spread
        # The same as the formula above, without its overflow.
        scaled: NDArray[np.float64] = LIMIT * np.sin(np.arctan(units / LIMIT))
        return scaled


def fit_scale(values: NDArray[np.float64]) -> Scale:
    """Return the scale of finite `values` (B,): median and interquartile range.

    Where the middle half is one value, the spread is half the range; for a constant it is 1.
    """
    if len(values) == 0:
        return Scale(0.0, 1.0)
    low, quarter, centre, upper, high = np.quantile(values, [0, 0.25, 0.5, 0.75, 1], method="inverted_cdf")
    with np.errstate(over="ignore"):
        spread = upper - quarter or (high - low) / 2 or 1.0
    return Scale(float(centre), float(min(spread, np.finfo(np.float64).max)))
