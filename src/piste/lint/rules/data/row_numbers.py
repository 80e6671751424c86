"""Neither a number of the row nor the order of the rows tells the target."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.core.records import Task
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.naming import dropping
from piste.lint.needs import has
from piste.lint.probes.classes import labels
from piste.lint.probes.features import Feature, numeric
from piste.lint.problem import problem
from piste.lint.rule import Group, Rule

_FEWEST = 60
_DENSE = 3.0  # numbers from the smallest to the largest, for each row
_CERTAIN = 1e-6  # shared by the columns
_SORTED = 6.0  # deviations by which equal labels stand next to each other too often


def check(bench: Bench) -> Iterator[Finding]:
    """Yield columns that number the rows and tell the target, and labels that are sorted."""
    if len(bench.pipeline.train) < _FEWEST or has(bench.pipeline, "times"):
        return
    numbering = [one for one in bench.probe(numeric) if _numbers_rows(one)]
    for one in numbering:
        chance = _chance(bench, one.splits["train"].astype(np.float64))
        if chance < _CERTAIN / len(numbering):
            yield _telling(one, chance)
    yield from _in_order(bench)


def _numbers_rows(one: Feature) -> bool:
    values = one.numbers
    if len(values) != len(one.every) or not np.all(values == np.floor(values)):
        return False
    return len(np.unique(values)) == len(values) and float(np.ptp(values)) <= _DENSE * len(values)


def _chance(bench: Bench, values: NDArray[np.float64]) -> float:
    """Return how likely the column would say so much of the target by chance."""
    from scipy.stats import kruskal, spearmanr

    known = bench.probe(labels).get("train")
    if known is not None:
        parts = [values[known == one] for one in np.unique(known)]
        return float(kruskal(*parts).pvalue) if len(parts) > 1 else 1.0
    targets = bench.pipeline.train.targets
    if bench.probe(problem).task is not Task.REGRESSION or targets is None:
        return 1.0
    numbers = as_numpy(targets).reshape(len(values), -1)[:, 0]
    return float(spearmanr(values, numbers).pvalue)


def _telling(one: Feature, chance: float) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        f"'{one.name}' numbers the rows, and tells the target",
        evidence=[
            Evidence("distinct whole numbers", f"{len(one.numbers):,} in {len(one.numbers):,} rows"),
            Evidence("chance of saying so much of the target", f"{chance:.1g}", f"above {_CERTAIN:g}"),
        ],
        cause="Rows were numbered in an order that follows the target: new rows will have other numbers.",
        fix=f"--drop '{one.name}'",
        key="data.row-numbers",
        where=Where(split="train", column=one.name),
        remedy="drop-column",
        settings=dropping(one.name),
    )


def _in_order(bench: Bench) -> Iterator[Finding]:
    pipeline = bench.pipeline
    known = bench.probe(labels).get("train")
    # Piste shuffles in every epoch, and a stream is judged by what it hands out.
    if known is None or pipeline.dataset is not None or pipeline.stream is not None or pipeline.declared.unshuffled:
        return
    _, counts = np.unique(known, return_counts=True)
    due = float(np.sum((counts / len(known)) ** 2))
    equal = float(np.mean(known[1:] == known[:-1]))
    deviations = (equal - due) / np.sqrt(max(due * (1 - due), 1e-12) / (len(known) - 1))
    if deviations > _SORTED:
        yield RULE.finding(
            Severity.INFO,
            "The train split is sorted by label",
            evidence=[Evidence("neighbours with equal labels", f"{equal:.1%}", f"{due:.1%}")],
            cause="The rows stand in the order in which they were taken: batches of one class pull to and fro.",
            fix="order = np.random.default_rng(epoch).permutation(len(inputs)), anew in each epoch",
            key="loop.unshuffled",
            where=Where(split="train"),
            remedy="shuffle",
            others=("the training shuffles: give stream= to show it",),
        )


RULE = Rule(
    "D116", "row-numbers", "No number or order of rows tells the target", Group.DATA, ("train", "targets"), check
)
