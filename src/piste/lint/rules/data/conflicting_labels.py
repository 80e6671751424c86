"""Equal inputs have equal labels."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.chance import at_least
from piste.lint.probes.classes import labels
from piste.lint.probes.twins import inside, twins
from piste.lint.rule import Group, NotRun, Rule

_CHANCE = 1e-3
_MANY = 0.01  # share of the examples from which on it holds the score down
_SHOWN = 12


def check(bench: Bench) -> Iterator[Finding]:
    """Yield copies of one example that have different labels, where copies are no matter of chance."""
    known = bench.probe(labels).get("train")
    if known is None:
        raise NotRun("Only classes can contradict each other; numbers of equal inputs vary.")
    rows = _contradicted(bench.probe(twins).of["train"], known)
    if not len(rows):
        return
    pairs, by_chance, most = bench.probe(inside)
    if at_least(pairs, most) < _CHANCE:
        yield _finding(bench, rows, pairs, by_chance)


def _contradicted(codes: NDArray[np.uint64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows with a copy of another label, copies next to each other."""
    order = np.lexsort((known, codes))
    _, start, counts = np.unique(codes[order], return_index=True, return_counts=True)
    sorted_labels = known[order]
    differ = sorted_labels[start] != sorted_labels[start + counts - 1] if len(start) else np.zeros(0, bool)
    return order[np.repeat(differ, counts)]


def _finding(bench: Bench, rows: NDArray[np.int64], pairs: int, by_chance: float) -> Finding:
    train = bench.pipeline.train
    share = len(rows) / len(train)
    shown = tuple(int(row) for row in train.numbers[rows[:_SHOWN]])
    return RULE.finding(
        Severity.WARNING if share >= _MANY else Severity.INFO,
        f"{len(rows):,} examples have a copy with another label",
        evidence=[
            Evidence("examples with a copy of another label", f"{len(rows):,} of {len(train):,}", "0"),
            Evidence("equal pairs of examples", f"{pairs:,}", f"{by_chance:.2g} by chance"),
        ],
        cause="One of the copies is labelled wrongly, or the column that tells them apart is missing.",
        fix="Look at the rows shown, and correct or drop them: frame.drop(index=ROWS)",
        key="data.conflicting-labels",
        where=Where(split="train", rows=shown),
        others=("labels that were given by several persons", "a column that was left out"),
    )


RULE = Rule(
    "D102",
    "conflicting-labels",
    "Copies of an example have one label",
    Group.DATA,
    ("train", "targets", "task"),
    check,
    explained_by=("D115",),
)
