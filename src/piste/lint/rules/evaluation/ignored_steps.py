"""Targets that are declared to be ignored do not count in the metric."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.criterion import metric_criterion, some_answers
from piste.lint.probes.losses import close
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a metric that counts ignored places, as right or as wrong."""
    one, criterion, label = bench.probe(problem), bench.probe(metric_criterion), bench.pipeline.declared.ignore_label
    if not one.of_classes or criterion.layout.one_hot or label is None:
        raise NotRun("A label can be ignored where targets are class numbers.")
    truth, told = some_answers(one, criterion.layout, 2)
    half = len(truth) // 2
    first, shown = np.arange(len(truth)) < half, np.arange(len(truth))[:, None] < half
    masked, wrong = np.where(first, truth, label), np.arange(len(truth))[:, None] % 3 == 0
    scores = np.where(wrong, -told, told)
    alone = criterion.mean(scores[:half], truth[:half])
    values = [criterion.mean(np.where(shown, scores, other), masked) for other in (told, -told)]
    per_place = criterion.raw(scores, masked).ndim > 0  # whose mean is taken by whoever calls it
    if per_place or all(close(value, alone) for value in values):
        return
    yield RULE.finding(
        Severity.ERROR,
        f"The label {label}, which is to be ignored, counts in the metric",
        evidence=[
            Evidence("score with ignored places", f"{values[0]:.4g}", f"{alone:.4g}"),
            Evidence("score with other outputs there", f"{values[1]:.4g}", f"{alone:.4g}"),
        ],
        cause="The mean is taken over all places: padding that is told right lifts the score, any other lowers it.",
        fix=f"jnp.sum(right * (labels != {label})) / jnp.sum(labels != {label})",
        key="metric.ignored-counts",
    )


RULE = Rule(
    "E106", "ignored-steps", "The ignored label counts for nothing in the metric", Group.EVALUATION,
    ("metric", "task", "ignore_label"), check, explained_by=("E101",),
)  # fmt: skip
