"""Numbers brought to a common size in a way that one wild value cannot spoil."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIMIT = 3.0
"""Where the bend of far-out values levels off, in spreads from the centre."""


@dataclass(frozen=True)
class Scale:
    """x -> (v - mean) / deviation with v = u / sqrt(1 + (u / 3)^2) and u = (x - centre) / spread.

    v is u near the centre and bends towards plus or minus 3 far out, so the order of values is kept and none is
    wild: robust scaling with a smooth clip, after Holzmüller, Grinsztajn & Steinwart (2024, "Better by default").
    Standardising v afterwards is our addition.
    """

    centre: float
    spread: float
    mean: float = 0.0
    deviation: float = 1.0

    def apply(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the scaled values, of the same shape; NaN stays."""
        scaled: NDArray[np.float64] = (_bent(values, self.centre, self.spread) - self.mean) / self.deviation
        return scaled


def fit_scale(values: NDArray[np.float64]) -> Scale:
    """Return the scale of finite `values` (B,), which get mean 0 and deviation 1.

    The centre is the median and the spread the interquartile range. Where the middle half is one value (a column
    that is mostly zero, say), the spread is the median distance of the values that differ from it.
    """
    if len(values) == 0:
        return Scale(0.0, 1.0)
    quarter, centre, upper = np.quantile(values, [0.25, 0.5, 0.75], method="inverted_cdf")
    with np.errstate(over="ignore"):
        spread = upper - quarter or _spread_of_others(values, centre)
    spread = min(float(spread), float(np.finfo(np.float64).max))
    bent = _bent(values, float(centre), spread)
    return Scale(float(centre), spread, float(bent.mean()), float(bent.std()) or 1.0)


def _spread_of_others(values: NDArray[np.float64], centre: float) -> float:
    distances = np.abs(values - centre)
    others = distances[distances > 0]
    return float(np.quantile(others, 0.5, method="inverted_cdf")) if len(others) else 1.0


def _bent(values: NDArray[np.float64], centre: float, spread: float) -> NDArray[np.float64]:
    with np.errstate(over="ignore"):
        units = (values - centre) / spread
    # The same as u / sqrt(1 + (u / 3)^2), without its overflow.
    bent: NDArray[np.float64] = LIMIT * np.sin(np.arctan(units / LIMIT))
    return bent
