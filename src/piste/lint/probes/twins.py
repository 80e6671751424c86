"""Probe PR17: examples that occur more than once, and how many such pairs chance alone would make."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.features import Feature, features

_ENOUGH = 30  # pairs that differ in one column, from which on they tell what chance does
_DEPENDENCE = 3.0  # rows meet more often than columns that know nothing of each other say
_CHAINED = 1.5  # and than a chain of columns says
_ORDER = 2  # steps on which the next one may hang
_WIDEST = 200  # columns up to which pairs that differ in one column are counted

Codes = NDArray[np.uint64]


@dataclass(frozen=True)
class Twins:
    """Examples as numbers: equal ones have equal numbers, over all splits.

    `of` maps splits to the numbers of their rows (N,). `columns` are the same for each column alone (all splits one
    after the other), of which the numbers are the sums; empty where the examples are no rows of a table.
    """

    of: Mapping[str, Codes]
    columns: tuple[Codes, ...] = ()


@dataclass(frozen=True)
class Shared:
    """Rows of one split that the train split has too. `rows` counts within the split, `first` within train."""

    rows: NDArray[np.int64]
    first: NDArray[np.int64]
    pairs: int
    by_chance: float  # pairs that rows made of these columns would have anyway
    at_most: float  # the same, with as much again as the estimate may lack


def twins(bench: Bench) -> Twins:
    """Probe: every example as a number that stands for its content."""
    given = bench.probe(features)
    splits = bench.pipeline.splits
    if not given:
        return Twins({name: _of_rows(as_numpy(split.inputs)) for name, split in splits.items()})
    columns = tuple(_of_values(one, place) for place, one in enumerate(given))
    total = np.sum(columns, axis=0, dtype=np.uint64)
    ends = np.cumsum([len(split) for split in splits.values()])[:-1]
    return Twins(dict(zip(splits, np.split(total, ends), strict=True)), columns)


def shared(bench: Bench, name: str) -> Shared:
    """Probe: the rows of split `name` whose inputs stand in the train split as well."""
    found = bench.probe(twins)
    train, other = found.of["train"], found.of[name]
    rows = np.flatnonzero(np.isin(other, train))
    distinct, first = np.unique(train, return_index=True)
    places = first[np.searchsorted(distinct, other[rows])]
    pairs = _pairs(train, other)
    expected, most = 0.0, 0.0
    if pairs and 0 < len(found.columns) <= _WIDEST:
        starts = _starts(found)
        one = [column[starts["train"] : starts["train"] + len(train)] for column in found.columns]
        two = [column[starts[name] : starts[name] + len(other)] for column in found.columns]
        expected, most = _by_chance(one, two, pairs)
    return Shared(rows, places, pairs, expected, most)


def inside(bench: Bench) -> tuple[int, float, float]:
    """Probe: the pairs of equal examples within the train split, how many chance would make, and at most."""
    found = bench.probe(twins)
    train = found.of["train"]
    pairs = (_pairs(train, train) - len(train)) // 2
    if not pairs or not 0 < len(found.columns) <= _WIDEST:
        return pairs, 0.0, 0.0
    start = _starts(found)["train"]
    one = [column[start : start + len(train)] for column in found.columns]
    expected, most = _by_chance(one, one, _pairs(train, train), own=len(train))
    return pairs, expected / 2, most / 2


def _starts(found: Twins) -> dict[str, int]:
    return dict(zip(found.of, np.cumsum([0, *map(len, found.of.values())]).tolist(), strict=False))


def _by_chance(train: list[Codes], other: list[Codes], pairs: int, own: int = 0) -> tuple[float, float]:
    """Return how many equal pairs chance makes, from the pairs that differ in one column alone; and how many at most.

    Of all pairs that agree in the other columns, a share as large as that of any two rows in general agrees in this one
    too; the column that gives most counts. Rows of few categories meet often, rows with many digits never do. `own`
    says how many of the pairs are of a row with itself.
    """
    whole = [np.sum(side, axis=0, dtype=np.uint64) for side in (train, other)]
    meetings = []
    for one, two in zip(train, other, strict=True):
        near = _pairs(whole[0] - one, whole[1] - two) - pairs
        share = (_pairs(one, two) - own) / (len(one) * len(two))
        if near and share < 1.0:
            meetings.append((near, share / (1.0 - share)))
    many = [near * odds for near, odds in meetings if near >= _ENOUGH]
    few = [(near + 1) * odds for near, odds in meetings]
    alone, chained = max(many or few, default=0.0), max(_of_halves(train, other, pairs), default=0.0)
    return min(max(alone, chained), float(pairs - own)), max(_DEPENDENCE * alone, _CHAINED * chained)


def _of_halves(train: list[Codes], other: list[Codes], pairs: int) -> Iterator[float]:
    """Yield how many pairs agree if what comes before a place hangs on what comes behind it through two columns alone.

    In sequences each step hangs on those before it: pairs that differ in one step alone are rare, and say too little.
    In a chain of order two, the pairs that agree everywhere are those that agree up to a place, times the share that
    agrees behind it among those that agree in the two steps there.
    """
    sums = [np.cumsum([np.zeros_like(side[0]), *side], axis=0, dtype=np.uint64) for side in (train, other)]
    width = len(train)

    def agreeing(first: int, last: int) -> int:
        return _pairs(*(one[last] - one[first] for one in sums)) - pairs

    for overlap in range(_ORDER + 1):
        for place in range(1, width - overlap):
            before, behind = agreeing(0, place + overlap), agreeing(place, width)
            through = agreeing(place, place + overlap) if overlap else len(train[0]) * len(other[0])
            if min(before, behind) >= _ENOUGH:
                yield before * behind / through


def _pairs(one: Codes, two: Codes) -> int:
    """Return how many pairs of an entry of `one` and an entry of `two` are equal."""
    values, counts = np.unique(one, return_counts=True)
    others, more = np.unique(two, return_counts=True)
    _, first, second = np.intersect1d(values, others, assume_unique=True, return_indices=True)
    return int(np.sum(counts[first].astype(np.int64) * more[second]))


def _of_rows(rows: NDArray[Any]) -> Codes:
    plain = np.ascontiguousarray(rows if rows.dtype.kind in "iub" else _canonical(rows))
    digests = b"".join(hashlib.blake2b(row.tobytes(), digest_size=8).digest() for row in plain)
    return np.frombuffer(digests, np.uint64)


def _canonical(rows: NDArray[Any]) -> NDArray[Any]:
    """Return numbers in which equal ones have equal bits."""
    if rows.dtype.kind != "f":
        return rows.astype("U")
    return np.where(np.isnan(rows), np.nan, rows + 0.0).astype(rows.dtype)


def _of_values(feature: Feature, place: int) -> Codes:
    values = feature.every
    if values.ndim > 1:
        return _mixed(_of_rows(values), place)
    if feature.kind is Kind.DATE or values.dtype.kind == "M":
        return _mixed(values.astype("datetime64[us]").astype(np.int64).view(np.uint64), place)
    if values.dtype.kind in "fiub":
        return _mixed(_canonical(values.astype(np.float64)).view(np.uint64), place)
    numbers: dict[str, int] = {}
    return _mixed(np.array([numbers.setdefault(str(one), len(numbers)) for one in values], np.uint64), place)


def _mixed(codes: Codes, place: int) -> Codes:
    """Return the codes scattered over all 64 bits (the finaliser of SplitMix64), otherwise for each column."""
    mixed = codes + np.uint64((0x9E3779B97F4A7C15 * (place + 1)) % 2**64)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
