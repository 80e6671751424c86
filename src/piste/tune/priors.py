"""Ranges of a setting, written where its value would stand: `learning_rate=log(1e-4, 1)`.

A prior turns a place u in [0, 1) into a value and a value back into its place, each on the setting's own scale, so
that evenly spread places give evenly spread values whatever the scale. Samplers know places alone.
"""

import bisect
import math
from dataclasses import dataclass
from typing import Any

from piste.core.errors import SettingError


@dataclass(frozen=True)
class Uniform:
    """A number from `low` to `high`, every part of the range as likely as any other."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _ordered("uniform", self.low, self.high)

    def value(self, place: float) -> float:
        """Return the number at `place`."""
        return self.low + place * (self.high - self.low)

    def place(self, value: float) -> float:
        """Return where `value` lies."""
        return (value - self.low) / (self.high - self.low)

    def __str__(self) -> str:
        return f"uniform({_number(self.low)}, {_number(self.high)})"


@dataclass(frozen=True)
class Log:
    """A number from `low` to `high`, above 0, every factor as likely as any other: for rates and penalties."""

    low: float
    high: float

    def __post_init__(self) -> None:
        _ordered("log", self.low, self.high)
        if self.low <= 0:
            raise SettingError(f"log(low, high) needs bounds above 0. Got {self.low:g} instead.")

    def value(self, place: float) -> float:
        """Return the number at `place`."""
        return self.low * (self.high / self.low) ** place

    def place(self, value: float) -> float:
        """Return where `value` lies."""
        return math.log(value / self.low) / math.log(self.high / self.low)

    def __str__(self) -> str:
        return f"log({_number(self.low)}, {_number(self.high)})"


@dataclass(frozen=True)
class OneMinusLog:
    """A number from `low` to `high`, below 1, every factor of what it lacks to 1 as likely: for averages.

    From 0.9 to 0.99 it is as far as from 0.99 to 0.999, since such a coefficient averages over 1 / (1 - value) steps.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        _ordered("one_minus_log", self.low, self.high)
        if self.high >= 1:
            raise SettingError(f"one_minus_log(low, high) needs bounds below 1. Got {self.high:g} instead.")

    def value(self, place: float) -> float:
        """Return the number at `place`."""
        return 1.0 - (1.0 - self.low) * ((1.0 - self.high) / (1.0 - self.low)) ** place

    def place(self, value: float) -> float:
        """Return where `value` lies."""
        return math.log((1.0 - value) / (1.0 - self.low)) / math.log((1.0 - self.high) / (1.0 - self.low))

    def __str__(self) -> str:
        return f"one_minus_log({_number(self.low)}, {_number(self.high)})"


@dataclass(frozen=True)
class Integers:
    """A whole number from `low` to `high`, both included; with `log` every factor is as likely, for sizes."""

    low: int
    high: int
    log: bool = False

    def __post_init__(self) -> None:
        _ordered("integers", self.low, self.high)
        if self.low != int(self.low) or self.high != int(self.high):
            raise SettingError(f"integers(low, high) needs whole numbers. Got {self.low:g} and {self.high:g} instead.")
        if self.log and self.low < 1:
            raise SettingError(f"integers(low, high, log=True) needs bounds of at least 1. Got {self.low} instead.")

    def value(self, place: float) -> int:
        """Return the whole number at `place`: each has a stretch of its own."""
        return min(max(round(self._wide.value(place)), self.low), self.high)

    def place(self, value: float) -> float:
        """Return where `value` lies, in the middle of its stretch on the scale."""
        return self._wide.place(value)

    @property
    def _wide(self) -> Uniform | Log:
        # Half a step wider at both ends: else the first and the last would get half a stretch.
        return (Log if self.log else Uniform)(self.low - 0.5, self.high + 0.5)

    def __str__(self) -> str:
        return f"integers({self.low}, {self.high}{', log=true' if self.log else ''})"


@dataclass(frozen=True)
class Option:
    """One of the values of a choice, with the settings that only matter with it."""

    value: Any
    settings: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={written(value)}" for name, value in self.settings)
        value = written(self.value)
        if not shown:
            return value
        return f"{value}({shown})" if value.isidentifier() else f"option({value}, {shown})"


@dataclass(frozen=True)
class Choice:
    """One of several values, each as likely as any other; an option may open settings of its own."""

    options: tuple[Option, ...]

    def __post_init__(self) -> None:
        if not self.options:
            raise SettingError("choice(...) needs at least one value. Got none.")

    def value(self, place: float) -> Any:
        """Return the value at `place`."""
        return self.options[self.index(place)].value

    def index(self, place: float) -> int:
        """Return the number of the option at `place`."""
        edges = [(number + 1) / len(self.options) for number in range(len(self.options) - 1)]
        return bisect.bisect_right(edges, place)

    def place(self, value: Any) -> float:
        """Return the middle of the stretch of `value`."""
        return (next(i for i, one in enumerate(self.options) if one.value == value) + 0.5) / len(self.options)

    def __str__(self) -> str:
        return f"choice({', '.join(map(str, self.options))})"


WORDS = ("true", "false", "none")
"""Words that stand for no text."""

Prior = Uniform | Log | OneMinusLog | Integers | Choice


def uniform(low: float, high: float) -> Uniform:
    """Return a range of numbers, all as likely."""
    return Uniform(float(low), float(high))


def log(low: float, high: float) -> Log:
    """Return a range of numbers above 0 in which every factor is as likely: `log(1e-4, 1)`."""
    return Log(float(low), float(high))


def one_minus_log(low: float, high: float) -> OneMinusLog:
    """Return a range of averaging coefficients: `one_minus_log(0.9, 0.999)`."""
    return OneMinusLog(float(low), float(high))


def integers(low: int, high: int, log: bool = False) -> Integers:
    """Return a range of whole numbers, both ends included."""
    return Integers(low, high, log)


def option(value: Any, **settings: Any) -> Option:
    """Return a value of a choice that opens settings of its own: `option("sgd", momentum=uniform(0.5, 0.99))`."""
    return Option(value, tuple(settings.items()))


def choice(*values: Any) -> Choice:
    """Return one of `values`, each of which may be an `option`."""
    return Choice(tuple(one if isinstance(one, Option) else Option(one) for one in values))


def written(value: Any) -> str:
    """Return `value`, or a prior, as it is written in a file or on the command line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return f"[{', '.join(written(one) for one in value)}]"
    if isinstance(value, str):
        return value if value.isidentifier() and value.lower() not in WORDS else f'"{value}"'
    return "none" if value is None else str(value)


def _number(value: float) -> str:
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def _ordered(name: str, low: float, high: float) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise SettingError(f"{name}(low, high) needs two finite numbers, the lower first. Got {low:g} and {high:g}.")
