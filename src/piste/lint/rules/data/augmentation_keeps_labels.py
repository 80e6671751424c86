"""An augmented example still is of its class."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.probes.classes import labels
from piste.lint.probes.close import flat, halves, votes
from piste.lint.rule import Group, NotRun, Rule

_MOST = 800
_SIDE = 8
_AS_NEAR = 1.25  # times the distance that nine of ten examples have that are not augmented
_FEWEST = 15  # examples of a class
_MOSTLY = 0.5
_BEFORE = 0.1
_ATTRACTS = 2  # classes that may look like one and the same; more, and it is what nothing looks like


def check(bench: Bench) -> Iterator[Finding]:
    """Yield classes whose augmented examples mostly look like one other class."""
    augment, known, train = bench.pipeline.augment, bench.probe(labels).get("train"), bench.pipeline.train
    inputs = as_numpy(train.inputs)
    if augment is None or known is None or inputs.dtype.kind not in "fiu" or known.min(initial=0) < 0:
        raise NotRun("It takes inputs of numbers with classes.")
    cut = halves(bench, "augmented", len(known), _MOST)
    made, targets = augment(inputs[cut.asked], as_numpy(train.targets)[cut.asked], bench.pipeline.seed)
    if not np.array_equal(as_numpy(targets), as_numpy(train.targets)[cut.asked]):
        raise NotRun("The augmentation changes the targets as well: it blends examples.")
    among, classes = _shifted(inputs[cut.answering], known[cut.answering])
    (plain, usual), (said, far) = (
        votes(bench, flat(one), among, classes) for one in (inputs[cut.asked], as_numpy(made))
    )
    # What is far from every example looks like none of them, whichever is the nearest.
    said = np.where(far <= _AS_NEAR * np.quantile(usual, 0.9), said, known[cut.asked])
    before, after = (_confusion(known[cut.asked], one, int(known.max()) + 1) for one in (plain, said))
    counts = np.bincount(known[cut.asked], minlength=len(before))
    changed = (after >= _MOSTLY) & (before <= _BEFORE) & (counts[:, None] >= _FEWEST)
    changed &= changed.sum(axis=0) <= _ATTRACTS
    for one, other in np.argwhere(changed)[:3].tolist():
        yield _finding(one, other, float(before[one, other]), float(after[one, other]))


def _shifted(inputs: NDArray[Any], known: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return the examples, of pictures also those moved by up to a quarter of their side, which stay what they are."""
    if inputs.ndim < 3 or min(inputs.shape[1:3]) < _SIDE:
        return flat(inputs), known
    step = max(min(inputs.shape[1:3]) // _SIDE, 1)
    moves = [(step * down, step * right) for down in range(-2, 3) for right in range(-2, 3)]
    return np.concatenate([flat(np.roll(inputs, move, axis=(1, 2))) for move in moves]), np.tile(known, len(moves))


def _confusion(truth: NDArray[np.int64], said: NDArray[np.int64], width: int) -> NDArray[np.float64]:
    """Return the share of each class (row) that is taken for each other (column)."""
    counts = np.zeros((width, width))
    np.add.at(counts, (truth, said), truth != said)
    return counts / np.maximum(np.bincount(truth, minlength=width), 1)[:, None]


def _finding(one: int, other: int, before: float, after: float) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        f"Augmented examples of class {one} look like class {other}",
        evidence=[
            Evidence(f"class {one}, taken for class {other} by the nearest examples, as it is", f"{before:.0%}"),
            Evidence("the same, augmented", f"{after:.0%}", "about as much"),
        ],
        cause="The augmentation makes one class of the other, a 9 of a 6, and the label stays: it is then wrong.",
        fix="Leave out the flip or the large turn, or change the label with it",
        remedy="usual-stream",
        key="data.augmentation",
        where=Where(split="train"),
    )


RULE = Rule(
    "D124", "augmentation-keeps-labels", "Augmented examples stay in their class", Group.DATA,
    ("train", "targets", "task", "augment"), check, explained_by=("D119",), trains=True,
)  # fmt: skip
