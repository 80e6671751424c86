"""Numbers in other units: the same distribution, only stretched."""

import numpy as np
from numpy.typing import NDArray

from piste.evaluate.drift.single import numbers_moved

_STRETCHED = 1.5  # a factor nearer to 1 is no change of unit
_ALIKE = 0.5  # of the distance before, that may be left after the numbers are brought back
_CLOSE = 0.02  # relative, to a known factor
_FEWEST = 20

Floats = NDArray[np.float64]

FACTORS = {
    10.0: "tens",
    100.0: "shares and per cent, or metres and centimetres",
    1000.0: "thousands",
    1e6: "millions",
    2.54: "inches and centimetres",
    25.4: "inches and millimetres",
    0.3048: "feet and metres",
    1.609344: "miles and kilometres",
    0.45359237: "pounds and kilograms",
    60.0: "minutes and seconds, or hours and minutes",
    3600.0: "hours and seconds",
    24.0: "days and hours",
    86400.0: "days and seconds",
}
_FAHRENHEIT = (1.8, 32.0)


def other_units(before: Floats, now: Floats) -> str:
    """Return how `now` (M,) is `before` (N,) in other units, in words; "" where it is not.

    The factor is that of the quartiles; the numbers are brought back by it, and must then lie close to those before.
    """
    if min(len(before), len(now)) < _FEWEST:
        return ""
    distance = numbers_moved(before, now).share
    factor = _ratio(before, now)
    if factor is not None and _same(before, now / factor, distance):
        return _words(factor)
    slope, offset = _FAHRENHEIT
    if _same(before, (now - offset) / slope, distance):
        return "degrees Fahrenheit, where they were Celsius"
    if _same(before, now * slope + offset, distance):
        return "degrees Celsius, where they were Fahrenheit"
    return ""


def _ratio(before: Floats, now: Floats) -> float | None:
    """Return how many times as large the numbers are; None where they are about as large, or change their sign."""
    one, two = (np.quantile(values, (0.25, 0.5, 0.75)) for values in (before, now))
    usable = (np.abs(one) > 1e-12) & (np.abs(two) > 1e-12)
    if not usable.any():
        return None
    factor = float(np.median(two[usable] / one[usable]))
    if factor <= 0 or max(factor, 1 / factor) < _STRETCHED:
        return None
    known = [each for one in FACTORS for each in (one, 1 / one) if abs(factor / each - 1) < 5 * _CLOSE]
    return min(known, key=lambda each: abs(factor / each - 1)) if known else factor


def _same(before: Floats, back: Floats, distance: float) -> bool:
    left = numbers_moved(before, back).share
    chance = 1.63 * np.sqrt(1 / len(before) + 1 / len(back))  # the 1 % point of the statistic
    return left < _ALIKE * distance and left < max(0.1, chance)


def _words(factor: float) -> str:
    times = f"{factor:,.4g} times as large" if factor > 1 else f"{1 / factor:,.4g} times as small"
    for known, units in FACTORS.items():
        if min(abs(factor / known - 1), abs(factor * known - 1)) < _CLOSE:
            return f"about {times} ({units}?)"
    return f"about {times}"
