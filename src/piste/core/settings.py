"""Settings with declared constraints: a frozen dataclass whose fields say their own range.

The constraint is data (`Annotated[float, Range(0, 1)]`), so one declaration checks values from Python, from a
TOML file and from the command line, composes the sentence that is shown, and gives tests their bad values.
A field whose type admits `None` is chosen from the data when it is left at `None`.
"""

import dataclasses
import difflib
import math
import types
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from piste.core.errors import SettingError

Settings = TypeVar("Settings")


@dataclass(frozen=True)
class Range:
    """A number from `low` to `high`; an open end excludes its bound."""

    low: float = -math.inf
    high: float = math.inf
    low_open: bool = False
    high_open: bool = False

    def admits(self, value: float) -> bool:
        """Return whether `value` lies inside."""
        above = value > self.low if self.low_open else value >= self.low
        below = value < self.high if self.high_open else value <= self.high
        return above and below

    def __str__(self) -> str:
        low, high = _number(self.low), _number(self.high)
        if math.isinf(self.high):
            return f"above {low}" if self.low_open else f"of at least {low}"
        if math.isinf(self.low):
            return f"below {high}" if self.high_open else f"of at most {high}"
        return f"in {'(' if self.low_open else '['}{low}, {high}{')' if self.high_open else ']'}"


def _number(value: float) -> str:
    # All digits of a whole number, because 2.14748e+09 is no bound that a person could stay within.
    return str(int(value)) if abs(value) < 1e15 and value == int(value) else f"{value:g}"


def check(settings: Any) -> None:
    """Raise `SettingError` for the first field of the dataclass `settings` that breaks its declaration."""
    for name, kinds, constraints in _declared(type(settings)):  # type: ignore[arg-type]
        _check_value(name, getattr(settings, name), kinds, constraints)


def from_mapping(kind: type[Settings], values: Mapping[str, Any], where: str) -> Settings:
    """Build settings of class `kind` from `values`, as read from a file or given as keywords.

    `where` names the source in the message when a name is unknown. Lists become tuples, or texts with commas between
    where a setting is written so; NumPy numbers become Python's own, and paths texts.
    """
    known = [field.name for field in dataclasses.fields(kind)]  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            raise SettingError(f"{where} has no setting '{name}'. {nearest(name, known)}")
    hints = _hints(kind)  # type: ignore[arg-type]
    settings = kind(**{name: _with_commas(_plain(value), hints[name]) for name, value in values.items()})
    check(settings)
    return settings


@lru_cache(maxsize=64)
def _hints(kind: type) -> dict[str, Any]:
    # A search builds settings thousands of times, and reading the annotations is most of the work.
    return get_type_hints(kind, include_extras=True)


@lru_cache(maxsize=64)
def _declared(kind: type) -> tuple[tuple[str, tuple[Any, ...], list[Any]], ...]:
    hints = _hints(kind)
    return tuple((field.name, *_unwrap(hints[field.name])) for field in dataclasses.fields(kind))


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):  # NumPy's numbers and arrays; it is not imported, so that the help opens quickly
        value = value.tolist()
    if isinstance(value, list | tuple):
        return tuple(_plain(one) for one in value)
    return str(value) if isinstance(value, Path) else value


def _with_commas(value: Any, hint: Any) -> Any:
    kinds = _unwrap(hint)[0]
    several = isinstance(value, tuple) and all(isinstance(one, str) for one in value)
    if not several or str not in kinds or any(get_origin(one) is tuple for one in kinds):
        return value
    return ",".join(value) or (None if type(None) in kinds else "")


def nearest(name: str, known: Collection[str]) -> str:
    """Return the sentence that helps who wrote `name`: the nearest of `known`, or all of them."""
    close = difflib.get_close_matches(name, known, 1)
    return f"Did you mean '{close[0]}'?" if close else f"Known are: {', '.join(known)}."


def _check_value(name: str, value: Any, kind: tuple[Any, ...], constraints: list[Any]) -> None:
    if value is None and type(None) in kind:
        return
    if not any(_fits(value, one) for one in kind):
        raise SettingError(f"The '{name}' setting must be {_describe(kind, constraints)}. Got {value!r} instead.")
    parts = value if isinstance(value, tuple) else (value,)
    numbers = [part for part in parts if isinstance(part, int | float)]
    for constraint in constraints:
        if isinstance(constraint, Range) and not all(constraint.admits(number) for number in numbers):
            raise SettingError(f"The '{name}' setting must be {_describe(kind, constraints)}. Got {value!r} instead.")


def _unwrap(hint: Any) -> tuple[tuple[Any, ...], list[Any]]:
    constraints: list[Any] = []
    if get_origin(hint) is Annotated:
        hint, *constraints = get_args(hint)
    if get_origin(hint) in (Union, types.UnionType):
        kinds: list[Any] = []
        for part in get_args(hint):
            inner, more = _unwrap(part)
            kinds.extend(inner)
            constraints.extend(more)
        return tuple(kinds), constraints
    return (hint,), constraints


def _fits(value: Any, kind: Any) -> bool:
    if kind is None or kind is type(None):
        return value is None
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return isinstance(value, tuple) and all(_fits(one, inner) for one in value)
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    origin = get_origin(kind) or kind
    return kind is Any or isinstance(value, origin)


_NAMES = {
    float: "a number", int: "a whole number", str: "a text", bool: "true or false", Callable: "a function",
    Mapping: "a mapping",
}  # fmt: skip


def _describe(kinds: Iterable[Any], constraints: list[Any]) -> str:
    words = []
    for kind in kinds:
        if kind is type(None):
            continue
        if get_origin(kind) is Literal:
            words.append("one of " + ", ".join(repr(value) for value in get_args(kind)))
        elif get_origin(kind) is tuple:
            words.append(f"a list of {_NAMES.get(get_args(kind)[0], 'values').removeprefix('a ')}s")
        else:
            words.append(_NAMES.get(get_origin(kind) or kind, f"a {getattr(kind, '__name__', kind)}"))
    bounds = " ".join(str(constraint) for constraint in constraints if isinstance(constraint, Range))
    return f"{' or '.join(words)} {bounds}".strip()
