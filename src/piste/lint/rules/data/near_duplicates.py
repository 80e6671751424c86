"""No example of a split that judges is a slightly changed one of train."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.core.records import Kind
from piste.lint.bench import Bench
from piste.lint.probes.chance import share_at_least
from piste.lint.probes.features import features
from piste.lint.probes.looks import looks
from piste.lint.probes.quick import nearest, vectors
from piste.lint.probes.tokens import are_tokens
from piste.lint.rule import Group, NotRun, Rule

_NEAR = 0.13  # of the median distance to the nearest, and of the distance to the sixth nearest
_FARTHEST = 0.5  # of pictures, which fill so many dimensions that nothing comes so near by chance
_RARE = 1e-6  # chance for each example of a picture so near
_NEIGHBOURS = 6
_ASKED = 2000  # examples of a split that are looked up
_FEWEST = 100
_CHANCE = 1e-5
_FEW = 3
_SHARE = 0.005
_SHOWN = 6


@dataclass(frozen=True)
class Near:
    """Examples of a split that are nearly one of train."""

    rows: NDArray[np.int64]  # of the split
    twins: NDArray[np.int64]  # of train
    asked: int
    expected: float  # share that chance makes
    reach: float  # below which share of the usual distance an example counts as a near copy


def check(bench: Bench) -> Iterator[Finding]:
    """Yield splits with examples far nearer to one of train than examples are to each other."""
    if any(one.kind not in (Kind.NUMBER, Kind.IMAGE, Kind.SEQUENCE) for one in bench.probe(features)):
        raise NotRun("Only pictures, sequences and rows of numbers alone have distances that mean something.")
    if bench.probe(are_tokens):
        raise NotRun("Tokens stand for words, and have no distances.")
    given = bench.probe(vectors)
    if len(given["train"]) < _FEWEST:
        raise NotRun(f"There are fewer than {_FEWEST} examples.")
    for name in given:
        if name == "train":
            continue
        found = look_up(bench, name, _asked(bench, name, len(given[name])))
        by_chance = share_at_least(len(found.rows), found.asked, found.expected)
        if len(found.rows) >= _FEW and by_chance < _CHANCE:
            yield _finding(bench, name, found)


def _asked(bench: Bench, name: str, count: int) -> NDArray[np.int64]:
    return np.sort(bench.generator("near", name).permutation(count)[:_ASKED])


def look_up(bench: Bench, name: str, rows: NDArray[np.int64]) -> Near:
    """Return which of the given `rows` of the split `name` are near copies of an example of train."""
    plain, pictures = bench.probe(vectors), bench.probe(looks)
    given = plain if pictures is None else pictures
    places, distances = nearest(bench, given[name][rows], given["train"], _NEIGHBOURS)
    apart = np.linalg.norm(plain[name][rows].astype(np.float64) - plain["train"][places[:, 0]], axis=1)
    moved = apart > 1e-4 * np.median(apart)  # exact copies are those of D101
    if pictures is not None:
        moved &= given[name][rows].any(axis=1)  # a blank picture looks like any other
    if not moved.any():
        return Near(rows[:0], rows[:0], len(rows), 0.0, _NEAR)
    reach = _NEAR
    near = _within(reach, distances, moved)
    dimensions = _dimensions(distances[moved & ~near])
    if pictures is not None:
        reach = float(np.clip(_RARE ** (1.0 / dimensions), _NEAR, _FARTHEST))
        near = _within(reach, distances, moved)
    expected = 1.0 - (1.0 - reach**dimensions) ** (_NEIGHBOURS - 1)
    return Near(rows[near], places[near, 0], len(rows), expected, reach)


def _within(reach: float, distances: NDArray[np.float64], moved: NDArray[np.bool_]) -> NDArray[np.bool_]:
    first, second = distances[:, 0], distances[:, 1]
    usual = max(np.median(first[moved]), np.median(second[moved]) / 2)  # where most are copies, the first ones are near
    return np.asarray(moved & (first < reach * usual) & (first < reach * distances[:, -1]))


def _dimensions(usual: NDArray[np.float64]) -> float:
    """Return how many dimensions the data fill, by the ratio of two neighbours' distances (Facco and others, 2017).

    In d dimensions its median is 2 to the power of 1 / d, which a few copies among the examples do not change.
    """
    return float(np.log(2.0) / max(np.median(np.log(usual[:, 1] / usual[:, 0])), 1e-3)) if len(usual) else 1.0


def _finding(bench: Bench, name: str, found: Near) -> Finding:
    split, train = bench.pipeline.splits[name], bench.pipeline.train
    share = len(found.rows) / found.asked
    pairs = [
        (int(train.numbers[a]), int(split.numbers[b]))
        for a, b in zip(found.twins[:_SHOWN], found.rows[:_SHOWN], strict=True)
    ]
    return RULE.finding(
        Severity.WARNING if share >= _SHARE else Severity.INFO,
        f"About {share:.1%} of the {name} split are near copies of train examples",
        evidence=[
            Evidence(
                f"examples of {name} nearer to one of train than {found.reach:.2g} of the usual distance",
                f"{len(found.rows):,} of {found.asked:,}",
                f"{found.expected * found.asked:.2g} by chance",
            ),
            Evidence("first pairs, row of train and of the split", ", ".join(f"{a} = {b}" for a, b in pairs)),
        ],
        cause="One thing was taken twice, or saved, cut or augmented again, before the data were divided.",
        fix="Give copies one group, and keep groups together: --group COLUMN; augment after dividing",
        key="data.near-duplicates",
        where=Where(split=name, rows=tuple(row for pair in pairs for row in pair)),
        remedy="drop-near-duplicates",
    )


RULE = Rule(
    "D110",
    "near-duplicates",
    "No example is a changed one of train",
    Group.DATA,
    ("train", "validation|test"),
    check,
    explained_by=("D112",),
    trains=True,
)
