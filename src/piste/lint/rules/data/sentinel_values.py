"""No number stands for "missing"."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.zeros import doubtful_zeros
from piste.lint.bench import Bench
from piste.lint.naming import missing_in
from piste.lint.probes.features import Feature, numeric
from piste.lint.rule import Group, NotRun, Rule

_FEWEST = 50
_SHARE = 0.002  # of the values that are one extreme
_ROWS = 5
_DISTINCT = 10  # other values, so that the column is one of numbers and not of codes
_NEGATIVE = (-1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0)


@dataclass(frozen=True)
class _Spike:
    value: float
    rows: int
    low: float  # the range of the others
    high: float


def check(bench: Bench) -> Iterator[Finding]:
    """Yield columns with many equal values far outside all others, or zeros far below them."""
    columns = bench.probe(numeric)
    if not columns:
        raise NotRun("There are no columns of numbers.")
    for one in columns:
        values = one.numbers
        found = (_spike(values) or _zeros(values)) if len(values) >= _FEWEST else None
        if found and not (found.value == 0 and _of_one_split(one, found)):
            yield _finding(one, found, len(values))


def _of_one_split(one: Feature, found: _Spike) -> bool:
    """Return whether a split has none of the values where it ought to have ten: then the splits differ (D111)."""
    whole = sum(len(values) for values in one.splits.values())
    missing = [not np.any(values == found.value) for values in one.splits.values()]
    due = [found.rows * len(values) / whole for values in one.splits.values()]
    return any(none and count >= 2 * _ROWS for none, count in zip(missing, due, strict=True))


def _spike(values: NDArray[np.float64]) -> _Spike | None:
    for value in (values.min(), values.max()):
        others = values[values != value]
        count = len(values) - len(others)
        if count < max(_ROWS, _SHARE * len(values)) or count > len(others) or len(np.unique(others)) < _DISTINCT:
            continue
        low, high = float(others.min()), float(others.max())
        gap = max(low - value, value - high)
        if gap >= high - low or (value in _NEGATIVE and low >= 0 and _whole(others)):
            return _Spike(float(value), count, low, high)
    return None


def _whole(values: NDArray[np.float64]) -> bool:
    return bool(np.all(values == np.floor(values)))


def _zeros(values: NDArray[np.float64]) -> _Spike | None:
    rows = doubtful_zeros(Column("", Kind.NUMBER, values, np.zeros(len(values), bool)))
    others = values[values != 0]
    if rows < 1 or len(np.unique(others)) < _DISTINCT:
        return None
    return _Spike(0.0, rows, float(others.min()), float(others.max()))


def _finding(one: Feature, found: _Spike, count: int) -> Finding:
    return RULE.finding(
        Severity.WARNING if found.rows >= _ROWS else Severity.INFO,
        f"{found.value:g} in '{one.name}' seems to stand for a missing value ({found.rows:,} rows)",
        evidence=[
            Evidence(f"rows with {found.value:g}", f"{found.rows:,} of {count:,}"),
            Evidence("all other values", f"{found.low:g} to {found.high:g}"),
        ],
        cause="A gap was filled with a number that the network takes for a measurement.",
        fix=f"Leave these cells blank, and the encoder fills them and adds a flag: "
        f"frame['{one.name}'] = frame['{one.name}'].replace({found.value:g}, float('nan'))",
        key=f"data.sentinel.{one.name}",
        where=Where(column=one.name, split=_first(one, found.value)),
        remedy="missing-values",
        settings=missing_in(one.name, found.value),
        others=("values beyond a limit were cut off at it",),
    )


def _first(one: Feature, value: float) -> str:
    return next((name for name, values in one.splits.items() if np.any(values == value)), "")


RULE = Rule(
    "D105", "sentinel-values", "No number stands for a missing value", Group.DATA, ("train|validation|test",), check
)
