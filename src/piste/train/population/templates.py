"""Templates: plans with places for the values in which members differ, and how they are made and filled.

A *template* is a plan in which a setting that differs between members is a `Knob`, the number of its place in a row of
values. It is hashable, so that it stands for the program; inside the program it is `filled` with the values of the
member whose turn it is.
"""

import dataclasses
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.nn.traced import Choice, NearOne
from piste.train.plan import Filled, Plan
from piste.train.population.knobs import KNOBS, Form, Kind

Row = NDArray[np.float64]


@dataclass(frozen=True)
class Knob:
    """A setting's place in the row of values: `size` of them from `first` on.

    `options` are the words of a choice. `usual` is a value that the setting may have, for what must be known of a
    template without running it; it makes no difference between templates.
    """

    first: int
    size: int
    form: Form
    options: tuple[str, ...] = ()
    usual: Any = field(default=None, compare=False)


def outline_of(part: Any) -> Hashable:
    """Return what of a plan, or a part of one, is no knob: plans of equal outlines can share a template."""
    if isinstance(part, tuple):
        return tuple(outline_of(one) for one in part)
    if not dataclasses.is_dataclass(part) or isinstance(part, type):
        return part
    kinds, rest = KNOBS.get(type(part), {}), []
    for name, value in _fields(part):
        rest.append(kinds[name].structure(value) if name in kinds else outline_of(value))
    return (type(part), *rest)


def template_of(plans: Sequence[Plan]) -> Plan:
    """Return the template of plans of one outline: what is equal in all of them stays as it is."""
    template: Plan = _merged(list(plans), _Places())
    return template


def row_of(template: Plan, plan: Plan) -> Row | None:
    """Return the values (K,) that make `plan` of `template`; None where it cannot be made of it."""
    values: list[float] = []
    return np.asarray(values, np.float64) if _read(template, plan, None, None, values) else None


@lru_cache(maxsize=256)
def example_of(template: Plan) -> Plan:
    """Return a plan that the template can be filled to."""
    plan: Plan = _usual(template)
    return plan


def filled(template: Plan, row: jax.Array) -> Filled:
    """Return the template with the values of `row` (K,) in place of its knobs; nothing is checked."""
    settings = {name: _filled(value, row) for name, value in _fields(template)}
    plan = object.__new__(Filled)
    plan.__dict__.update(settings, outline=example_of(template))
    return plan


class _Places:
    """Hands places out, one after another."""

    def __init__(self) -> None:
        self.count = 0

    def next(self, size: int) -> int:
        self.count += size
        return self.count - size


def _fields(part: Any) -> list[tuple[str, Any]]:
    return [(one.name, getattr(part, one.name)) for one in dataclasses.fields(part)]


def _with(part: Any, changes: dict[str, Any]) -> Any:
    """Return a copy of a frozen dataclass with other values, which its constructor never sees."""
    copy = object.__new__(type(part))
    copy.__dict__.update({**vars(part), **changes})
    return copy


def _merged(parts: list[Any], places: _Places) -> Any:
    first = parts[0]
    if all(one == first for one in parts):
        return first
    if isinstance(first, tuple):
        return tuple(_merged(list(column), places) for column in zip(*parts, strict=True))
    kinds, changes = KNOBS.get(type(first), {}), {}
    for name, value in _fields(first):
        column = [getattr(one, name) for one in parts]
        if all(one == value for one in column):
            continue
        changes[name] = _knob(kinds[name], parts, column, places) if name in kinds else _merged(column, places)
    return _with(first, changes)


def _knob(kind: Kind, owners: list[Any], column: list[Any], places: _Places) -> Any:
    values = [kind.value(setting, owner) for setting, owner in zip(column, owners, strict=True)]
    if kind.form == "choice":
        options = tuple(sorted(set(values)))
        return options[0] if len(options) == 1 else Knob(places.next(1), 1, "choice", options, options[0])
    if all(np.array_equal(value, values[0]) for value in values):
        return column[0]
    size = 2 if kind.form == "share" else np.size(values[0])
    return Knob(places.next(size), size, kind.form, usual=column[0])


def _read(template: Any, part: Any, kind: Kind | None, owner: Any, values: list[float]) -> bool:
    if isinstance(template, Knob):
        return kind is not None and _write(template, kind.value(part, owner), values)
    if kind is not None:
        return bool(np.array_equal(kind.value(template, owner), kind.value(part, owner)))
    if isinstance(template, tuple) and isinstance(part, tuple):
        pairs = zip(template, part, strict=False)
        return len(template) == len(part) and all(_read(one, other, None, None, values) for one, other in pairs)
    if type(template) is not type(part):
        return False
    if not dataclasses.is_dataclass(template) or isinstance(template, type):
        return bool(template == part)
    kinds = KNOBS.get(type(template), {})
    for name, value in _fields(template):
        own = kinds.get(name)
        if own and own.structure(getattr(part, name)) != own.structure(_plain(value)):
            return False
        if not _read(value, getattr(part, name), own, part, values):
            return False
    return True


def _plain(value: Any) -> Any:
    return value.usual if isinstance(value, Knob) else value


def _write(knob: Knob, value: Any, values: list[float]) -> bool:
    if knob.form == "choice":
        if value not in knob.options:
            return False
        values.append(knob.options.index(value))
    elif knob.form == "share":
        values.extend((value, 1.0 - value))
    else:
        values.extend(np.ravel(value).tolist())
    return True


def _usual(part: Any) -> Any:
    if isinstance(part, Knob):
        return part.usual
    if isinstance(part, tuple):
        return tuple(_usual(one) for one in part)
    if not _holds_knobs(part):
        return part
    return _with(part, {name: _usual(value) for name, value in _fields(part)})


def _filled(part: Any, row: jax.Array) -> Any:
    if isinstance(part, Knob):
        return _value(part, row)
    if isinstance(part, tuple):
        return tuple(_filled(one, row) for one in part)
    if not _holds_knobs(part):
        return part
    return _with(part, {name: _filled(value, row) for name, value in _fields(part)})


def _holds_knobs(part: Any) -> bool:
    if isinstance(part, tuple):
        return any(_holds_knobs(one) for one in part)
    if isinstance(part, Knob):
        return True
    if not dataclasses.is_dataclass(part) or isinstance(part, type):
        return False
    return any(_holds_knobs(value) for _, value in _fields(part))


def _value(knob: Knob, row: jax.Array) -> Any:
    first = row[knob.first]
    match knob.form:
        case "share":
            return NearOne(first, row[knob.first + 1])
        case "whole":
            return first.astype(jnp.int32)
        case "choice":
            return Choice(knob.options, first.astype(jnp.int32))
        case "vector":
            return row[knob.first : knob.first + knob.size]
        case _:
            return first
