"""What part of the numbers of a search a figure shows: the few that went far away would squeeze all others."""

import math
from collections.abc import Sequence
from statistics import quantiles

FAR = 1.5  # quartile distances beyond the quartile (Tukey 1977)
WIDE = 8  # largest over smallest from which a logarithmic scale shows more


def shown_range(values: Sequence[float], higher_is_better: bool = False, far: float = FAR) -> tuple[float, float]:
    """Return from where to where to draw: all good values, and bad ones up to `far` quartile distances beyond it."""
    if len(values) < 2 or min(values) == max(values):
        centre = values[0] if values else 0.0
        room = abs(centre) * 0.05 or 0.05
        return centre - room, centre + room
    lower, _, upper = quantiles(values, n=4, method="inclusive")
    reach = far * (upper - lower) if upper > lower else max(values) - min(values)
    if higher_is_better:
        return max(min(values), lower - reach), max(values)
    return min(values), min(max(values), upper + reach)


def padded(low: float, high: float, log: bool = False) -> tuple[float, float]:
    """Return the range with a little room at both ends."""
    if log:
        factor = (high / low) ** 0.04
        return low / factor, high * factor
    room = 0.04 * (high - low)
    return low - room, high + room


def is_wide(low: float, high: float) -> bool:
    """Return whether a logarithmic scale shows more."""
    return low > 0 and math.isfinite(high) and high / low > WIDE
