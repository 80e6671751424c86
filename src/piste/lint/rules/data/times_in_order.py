"""Nothing is learnt from the future of what is judged."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.rule import Group, Rule

_SHOWN = 12


def check(bench: Bench) -> Iterator[Finding]:
    """Yield splits with rows older than the newest of an earlier split."""
    splits = {name: one for name, one in bench.pipeline.splits.items() if one.times is not None and len(one)}
    names = list(splits)
    times = {name: times_as_numbers(split.times) for name, split in splits.items()}
    for before, name in pairwise(names):
        newest = np.nanmax(times[before]) if np.any(times[before] == times[before]) else -np.inf
        rows = np.flatnonzero(times[name] < newest)
        if not len(rows):
            continue
        yield RULE.finding(
            Severity.ERROR,
            f"{len(rows):,} of {len(times[name]):,} rows of the {name} split are older than the newest of {before}",
            evidence=[
                Evidence(f"newest row of {before}", _told(splits[before].times, int(np.nanargmax(times[before])))),
                Evidence(f"oldest row of {name}", _told(splits[name].times, int(np.nanargmin(times[name]))), "later"),
            ],
            cause="The rows were divided by chance: the network is asked for a past whose future it was told.",
            fix="--time COLUMN divides by time; or sort by time and cut: inputs[:n], inputs[n:]",
            key="data.time-leak",
            where=Where(split=name, rows=tuple(int(row) for row in splits[name].numbers[rows[:_SHOWN]])),
            remedy="time-split",
        )


def times_as_numbers(times: Any) -> NDArray[np.float64]:
    """Return times as numbers, NaN where there is none."""
    values = as_numpy(times)
    if values.dtype.kind in "OUS":
        values = np.array([one or "NaT" for one in values.tolist()], "datetime64[us]")
    if values.dtype.kind == "M":
        return np.where(np.isnat(values), np.nan, values.astype("datetime64[us]").astype(np.float64))
    return values.astype(np.float64)


def _told(times: Any, row: int) -> str:
    return str(as_numpy(times)[row])


RULE = Rule(
    "D113",
    "times-in-order",
    "Each split is later than the one before",
    Group.DATA,
    ("train|validation", "validation|test", "times"),
    check,
)
