"""The split that decides is large enough to tell improvements from noise."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule

_FEW = 0.05  # standard error of an accuracy of 80 % from which runs cannot be told apart: under 64 examples

_HARDLY_ANY = 30  # examples, of which one more right answer is three points
_TO_SPARE = 20  # times as many examples of train, from which on it could give some away


def check(bench: Bench) -> Iterator[Finding]:
    """Yield splits whose score has a standard error that hides most improvements."""
    if bench.probe(problem).task is Task.REGRESSION:
        raise NotRun("How much examples of numbers say depends on their spread; the report shows the interval.")
    for name in ("validation", "test"):
        split = bench.pipeline.splits.get(name)
        if split is None or (error := float(np.sqrt(0.8 * 0.2 / max(len(split), 1)))) <= _FEW:
            continue
        yield RULE.finding(
            Severity.WARNING if _could_be_more(bench, len(split)) else Severity.INFO,
            f"The {name} split has {len(split)} examples: its accuracy is known to {200 * error:.0f} points at best",
            evidence=[
                Evidence(f"examples of the {name} split", f"{len(split)}", "64 or more"),
                Evidence("smallest difference of two accuracies that it shows (95 %)", f"{280 * error:.0f} points"),
            ],
            cause="Few examples: what looks like progress is mostly luck of the draw.",
            fix="Cross-validate, or give the split more examples: --split 0.6/0.2/0.2",
            key=f"evaluation.few-{name}",
            where=Where(split=name),
        )


def _could_be_more(bench: Bench, count: int) -> bool:
    """Return whether the split is so small that it decides nothing, though train has examples to spare."""
    train = bench.pipeline.splits.get("train")
    return count < _HARDLY_ANY and train is not None and len(train) >= _TO_SPARE * count


RULE = Rule(
    "E103",
    "enough-examples",
    "The splits that decide are large enough",
    Group.EVALUATION,
    ("task", "validation|test"),
    check,
)
