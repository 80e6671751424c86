"""Shares of examples: their intervals, differences of two on the same examples, and how many examples it takes."""

import math

from piste.core.human import Interval

NORMAL = 1.959963984540054  # the 97.5 % point of the normal distribution


def wilson(hits: float, total: int) -> Interval:
    """Return `hits / total` with its 95 % score interval (Wilson, J. Am. Stat. Assoc. 1927).

    NaN within (0, 1) where `total` is 0.
    """
    if not total:
        return Interval(math.nan, 0.0, 1.0)
    share, square = hits / total, NORMAL**2 / total
    centre, half = (share + square / 2) / (1 + square), _half(share, square)
    return Interval(share, max(0.0, centre - half), min(1.0, centre + half))


def _half(share: float, square: float) -> float:
    return math.sqrt(square * share * (1 - share) + square**2 / 4) / (1 + square)


def difference(first_alone: int, second_alone: int, total: int) -> Interval:
    """Return first share minus second of two that were measured on the same examples, with its 95 % interval.

    Parameters
    ----------
    first_alone, second_alone
        Examples that only the first has right, and only the second.
    total
        All examples, at least one.

    Returns
    -------
    The difference as it is, and the adjusted Wald interval: one example is added to each of the two counts (Bonett and
    Price, Journal of Educational and Behavioral Statistics 2012), which holds its level from about ten examples on.
    """
    first, second = ((alone + 1) / (total + 2) for alone in (first_alone, second_alone))
    centre = first - second
    reach = NORMAL * math.sqrt((first + second - centre**2) / (total + 2))
    value = (first_alone - second_alone) / total
    return Interval(value, max(-1.0, centre - reach), min(1.0, centre + reach))


def needed(half_width: float, share: float = 0.5) -> int:
    """Return the least number of examples for which the interval of `share` reaches no further than `half_width`.

    A `share` of a half is the worst case.
    """
    low, high = 0, 1
    while _half(share, NORMAL**2 / high) > half_width:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _half(share, NORMAL**2 / middle) > half_width else (low, middle)
    return high
