"""The scale of each setting, for figures: round values and where they lie."""

import math

from piste.core.studied import AxisRecord
from piste.tune.priors import Choice, Integers, Log, OneMinusLog, Prior, written
from piste.tune.space import Space

MOST = 6  # ticks of a range


def axes(space: Space) -> tuple[AxisRecord, ...]:
    """Return the scale of each dimension."""
    return tuple(
        AxisRecord(one.label, str(one.prior), ticks(one.prior), isinstance(one.prior, Choice))
        for one in space.dimensions
    )


def ticks(prior: Prior) -> tuple[tuple[float, str], ...]:
    """Return round values of a range with their places, or every option of a choice."""
    if isinstance(prior, Choice):
        size = len(prior.options)
        return tuple(((at + 0.5) / size, written(one.value)) for at, one in enumerate(prior.options))
    return tuple((round(prior.place(value), 6), _short(value)) for value in _values(prior))


def _values(prior: Log | OneMinusLog | Integers | Prior) -> list[float]:
    if isinstance(prior, OneMinusLog):
        return [round(1.0 - value, 12) for value in reversed(_decades(1.0 - prior.high, 1.0 - prior.low))]
    if isinstance(prior, Integers):
        return _whole(prior)
    low, high = prior.low, prior.high  # type: ignore[union-attr]
    return _decades(low, high) if isinstance(prior, Log) else _steps(low, high)


def _decades(low: float, high: float) -> list[float]:
    """Return powers of ten from `low` to `high`, or 1, 2 and 5 times them where there are few, or every few of many."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for factors, apart in (((1, 2, 5), 1), ((1,), 1), ((1,), 2), ((1,), 3), ((1,), 5)):
        found = [f * 10.0**power for power in range(first, last + 1) if power % apart == 0 for f in factors]
        inside = [value for value in found if low * (1 - 1e-9) <= value <= high * (1 + 1e-9)]
        if 2 <= len(inside) <= MOST:
            return inside
    return [low, high]


def _steps(low: float, high: float) -> list[float]:
    """Return multiples of 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10((high - low) / MOST))
    step = next(factor * power for factor in (1, 2, 5, 10, 20) if (high - low) / (factor * power) <= MOST - 1)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    found = [round(number * step, 12) for number in range(first, last + 1)]
    return found if len(found) >= 2 else [low, high]


def _whole(prior: Integers) -> list[float]:
    if prior.high - prior.low < MOST:
        return [float(value) for value in range(prior.low, prior.high + 1)]
    if not prior.log:
        return [value for value in _steps(prior.low, prior.high) if value == int(value)] or [prior.low, prior.high]
    powers = [2.0**power for power in range(64) if prior.low <= 2**power <= prior.high]
    return powers[:: math.ceil(len(powers) / MOST)] if len(powers) >= 2 else [prior.low, prior.high]


def _short(value: float) -> str:
    return f"{value:.4g}".replace("e-0", "e-").replace("e+0", "e")
