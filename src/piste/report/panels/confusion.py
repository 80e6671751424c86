"""Which classes are taken for which, and how well each class is found."""

import math
from typing import Any

from piste.core.panels import Align, Block, Chart, Grid, Text
from piste.core.records import DataRecord, EvaluationRecord
from piste.report import charts
from piste.report.numbers import count, counted, finite, interval, percent

LARGEST = 20  # classes up to which a matrix can be read
PAIRS = 25  # confused pairs listed
NORMAL = 1.959964  # the 97.5 % point of the normal distribution

Counts = tuple[tuple[int, ...], ...]


def confusion(evaluation: EvaluationRecord, data: DataRecord) -> tuple[Block, ...]:
    """Return the matrix for up to `LARGEST` classes, else the most frequent confusions; then the recalls."""
    counts = evaluation.confusion
    if not counts:
        return ()
    names = data.target.classes
    if len(names) != len(counts):
        names = tuple(f"class {position}" for position in range(len(counts)))
    return confused(counts, names)


def confused(counts: Counts, names: tuple[str, ...]) -> tuple[Block, ...]:
    """Return what `confusion` does, for counts of true class by predicted class."""
    if len(names) <= LARGEST:
        return _matrix(counts, names), _recalls(counts, names)
    return (
        Text(f"With {len(names)} classes, the confusions that happen most often:"),
        _pairs(counts, names),
        _recalls(counts, names),
    )


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share (Wilson 1927); (0, 1) where nothing was seen."""
    if total == 0:
        return 0.0, 1.0
    share, square = hits / total, NORMAL**2
    centre = (share + square / (2 * total)) / (1 + square / total)
    half = NORMAL / (1 + square / total) * math.sqrt(share * (1 - share) / total + square / (4 * total**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def _matrix(counts: Counts, names: tuple[str, ...]) -> Chart:
    values = [
        _cell(truth, guess, counts[row][column], sum(counts[row]))
        for row, truth in enumerate(names)
        for column, guess in enumerate(names)
    ]
    wrong = sum(map(sum, counts)) - sum(counts[at][at] for at in range(len(counts)))
    align: list[Align] = ["right"] * (len(names) + 1)
    align[0] = "left"
    shading = "Rows are the truth, columns the prediction, shading the share of a row"
    return Chart(
        title="Confusion matrix",
        description=f"{shading}; {counted(wrong, 'example')} off the diagonal.",
        spec=charts.matrix(values, len(names)),
        numbers=Grid(
            ("truth", *names),
            tuple((name, *map(count, row)) for name, row in zip(names, counts, strict=True)),
            tuple(align),
        ),
        size="half" if len(names) <= 12 else "wide",
    )


def _cell(truth: str, guess: str, found: int, total: int) -> dict[str, Any]:
    share = found / total if total else 0.0
    text = f"{count(found)} of {count(total)} ({percent(share)})"
    right = "right" if truth == guess else "wrong"
    return {
        "truth": truth,
        "prediction": guess,
        "count": found,
        "share": finite(share, 4),
        "right": right,
        "text": text,
    }


def _pairs(counts: Counts, names: tuple[str, ...]) -> Grid:
    size = range(len(names))
    pairs = [
        (counts[row][column], row, column) for row in size for column in size if row != column and counts[row][column]
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    rows = tuple(
        (names[row], names[column], count(found), percent(found / sum(counts[row])), _ends(found, sum(counts[row])))
        for found, row, column in pairs[:PAIRS]
    )
    columns = ("truth", "taken for", "examples", "share of the class", "95 % interval")
    caption = f"The first {PAIRS} of {counted(len(pairs), 'confused pair')}." if len(pairs) > PAIRS else ""
    return Grid(columns, rows, ("left", "left", "right", "right", "right"), caption)


def _ends(hits: int, total: int) -> str:
    low, high = wilson(hits, total)
    return f"{interval(100 * low, 100 * high)} %"


def _recalls(counts: Counts, names: tuple[str, ...]) -> Chart:
    every = [(counts[at][at], sum(counts[at]), name) for at, name in enumerate(names)]
    seen = [one for one in every if one[1]]
    drawn = sorted(seen, key=lambda one: one[0] / one[1])[:LARGEST] if len(seen) > LARGEST else seen
    title = "Recall of each class" if len(drawn) == len(seen) else f"The {LARGEST} classes found least often"
    unseen = len(every) - len(seen)
    left_out = f" {counted(unseen, 'class', 'classes')} without test examples left out." if unseen else ""
    rows = [
        (name, count(hits), count(total), percent(hits / total, 3), _ends(hits, total)) for hits, total, name in seen
    ]
    return Chart(
        title=f"{title}, with 95 % intervals",
        description=f"Share of each class's examples that the network finds.{left_out}",
        spec=charts.intervals([_dot(*one) for one in drawn], "recall", (0.0, 1.0)),
        numbers=Grid(
            ("class", "found", "of", "recall", "95 % interval"),
            tuple(rows),
            ("left", "right", "right", "right", "right"),
        ),
        size="half",
    )


def _dot(hits: int, total: int, name: str) -> dict[str, Any]:
    low, high = wilson(hits, total)
    text = f"{count(hits)} of {count(total)} ({_ends(hits, total)})"
    return {
        "label": name,
        "group": "class",
        "value": finite(hits / total),
        "low": finite(low),
        "high": finite(high),
        "text": text,
    }
