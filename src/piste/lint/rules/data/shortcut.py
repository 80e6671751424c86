"""No small part of the pictures tells the class by itself."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, ShownChart, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.charts import tiles
from piste.lint.probes.classes import labels
from piste.lint.probes.close import Halves, flat, halves, voted
from piste.lint.rule import Group, NotRun, Rule

_MOST = 800
_FEWEST = 200
_GRID = 4
_SIDE = 8
_ENOUGH = 0.9  # of what the whole pictures tell
_OTHERS = 0.5  # of what the best part tells, that a middling part may tell at most
_GAIN = 0.3  # accuracy above that of the commonest class


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a part of a sixteenth of the pictures that tells nearly as much as all of them, where others do not."""
    known, inputs = bench.probe(labels).get("train"), as_numpy(bench.pipeline.train.inputs)
    if known is None or inputs.ndim not in (3, 4) or inputs.dtype.kind not in "fiu" or min(inputs.shape[1:3]) < _SIDE:
        raise NotRun("It takes pictures (N, H, W, C) with classes.")
    cut = halves(bench, "shortcut", len(known), _MOST)
    if len(cut.asked) < _FEWEST / 2 or known.min() < 0:
        raise NotRun(f"There are fewer than {_FEWEST} examples.")
    usual = float(np.bincount(known[cut.asked]).max() / len(cut.asked))
    parts = _parts(inputs.shape[1], inputs.shape[2])
    told = np.array([_told(bench, inputs[:, rows, columns], known, cut) - usual for rows, columns in parts])
    best, middling = int(told.argmax()), float(np.median(told))
    if told[best] < _GAIN or middling > _OTHERS * told[best]:
        return
    whole = _told(bench, inputs, known, cut) - usual
    if told[best] < _ENOUGH * whole:
        return
    yield _finding(parts[best], told + usual, best, whole + usual, usual)


def _parts(height: int, width: int) -> list[tuple[slice, slice]]:
    rows, columns = (np.linspace(0, side, _GRID + 1).astype(int) for side in (height, width))
    return [
        (slice(int(rows[i]), int(rows[i + 1])), slice(int(columns[j]), int(columns[j + 1])))
        for i in range(_GRID)
        for j in range(_GRID)
    ]


def _told(bench: Bench, values: NDArray[Any], known: NDArray[np.int64], cut: Halves) -> float:
    """Return the accuracy of the nearest examples' votes, from these values alone."""
    said = voted(bench, flat(values[cut.asked]), flat(values[cut.answering]), known[cut.answering])
    return float(np.mean(said == known[cut.asked]))


def _finding(part: tuple[slice, slice], told: NDArray[np.float64], best: int, whole: float, usual: float) -> Finding:
    rows, columns = part
    border = best // _GRID in (0, _GRID - 1) or best % _GRID in (0, _GRID - 1)
    return RULE.finding(
        Severity.WARNING if border else Severity.INFO,
        f"Rows {rows.start} to {rows.stop - 1}, columns {columns.start} to {columns.stop - 1} of the pictures tell the "
        "class by themselves",
        evidence=[
            Evidence("accuracy from this part alone", f"{told[best]:.1%}"),
            Evidence("from the whole pictures", f"{whole:.1%}", "far more than from any part"),
            Evidence("from a middling part of that size", f"{np.median(told):.1%}", f"{usual:.1%} by chance"),
        ],
        cause="A mark that goes with the class: a stamp, a logo, a frame, the device's name. The network will learn "
        "the mark, and fail where it is missing.",
        fix="Cut the part off, or cover it, and judge again: inputs[:, rows, columns] = 0",
        key="data.shortcut",
        where=Where(split="train"),
        charts=[_chart(told)],
    )


def _chart(told: NDArray[np.float64]) -> ShownChart:
    return tiles(
        "What each part of the pictures tells by itself",
        f"Accuracy of the nearest examples' votes from each sixteenth of the pictures, from {told.min():.0%} to "
        f"{told.max():.0%}.",
        told.reshape(_GRID, _GRID),
        what="accuracy",
    )


RULE = Rule(
    "D122", "shortcut", "No small part of the pictures tells the class", Group.DATA, ("train", "targets", "task"),
    check, explained_by=("D103",), trains=True,
)  # fmt: skip
