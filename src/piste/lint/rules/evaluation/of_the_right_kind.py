"""The metric is the one that is declared, of the class that is looked for."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity
from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.criterion import metric_criterion
from piste.lint.probes.classes import labels
from piste.lint.probes.losses import close
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule

_LOGIT = 0.3  # 0.57 as a probability
_MOST = 64  # classes that a confusion is made for

Numbers = NDArray[np.int64]
KINDS = (
    "accuracy", "balanced-accuracy", "macro-f1", "weighted-f1", "macro-precision", "macro-recall", "f1", "precision",
    "recall", "mcc", "kappa",
)  # fmt: skip
"""What may be declared; "f1", "precision" and "recall" are those of class 1 of two."""


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a metric that is another than declared, or that is of the common class."""
    one, criterion, declared = bench.probe(problem), bench.probe(metric_criterion), bench.pipeline.declared.metric
    if not one.of_classes or one.width > _MOST:
        raise NotRun("It is known what metrics of classes give.")
    if declared and declared not in KINDS:
        raise NotRun(f"Declared(metric='{declared}') is none of {', '.join(KINDS)}.")
    truth, predicted = _confusion(one.width, criterion.layout.rows)
    measured = criterion.mean(_LOGIT * _scores(predicted, one.width, criterion.layout.width), truth)
    known = _known(truth, predicted, one.task)
    names = [name for name, value in known.items() if close(measured, value) or close(1.0 - measured, value)]
    if declared and declared in known and declared not in names:
        yield _other(declared, measured, known, names)
    elif not declared and (of_other := [name for name in names if name.endswith("of class 0")]):
        yield from _of_the_common(bench, of_other[0], measured, known)
    elif not declared and not names:
        raise NotRun("Which metric is meant is not known: Declared(metric='macro-f1'), or another name.")


def _confusion(width: int, rows: int) -> tuple[Numbers, Numbers]:
    """Return truth and predictions in which no two metrics have one value: uneven classes, uneven errors."""
    counts = 7 + 6 * (np.arange(width) % 4) + np.arange(width)
    truth = np.repeat(np.arange(width), counts)
    within = np.concatenate([np.arange(count) for count in counts])
    wrong = within < np.where(truth == 0, 2, 1 + counts[truth] // 3 + truth % 2)
    predicted = np.where(wrong, (truth + 1 + (within % max(width - 1, 1))) % width, truth)
    kept = len(truth) // rows * rows
    return truth[:kept], predicted[:kept]


def _scores(classes: Numbers, width: int, outputs: int) -> NDArray[np.float64]:
    return 2.0 * (classes[:, None].astype(float) if outputs == 1 else np.eye(width)[classes]) - 1.0


def _known(truth: Numbers, predicted: Numbers, task: Task) -> Mapping[str, float]:
    from sklearn import metrics

    def averaged(function: Any, average: str) -> float:
        return float(function(truth, predicted, average=average, zero_division=0))

    table = {
        "accuracy": float(metrics.accuracy_score(truth, predicted)),
        "balanced-accuracy": float(metrics.balanced_accuracy_score(truth, predicted)),
        "macro-f1": averaged(metrics.f1_score, "macro"),
        "weighted-f1": averaged(metrics.f1_score, "weighted"),
        "macro-precision": averaged(metrics.precision_score, "macro"),
        "macro-recall": averaged(metrics.recall_score, "macro"),
        "mcc": float(metrics.matthews_corrcoef(truth, predicted)),
        "kappa": float(metrics.cohen_kappa_score(truth, predicted)),
    }
    if task is Task.TWO_CLASS:
        for name in ("f1", "precision", "recall"):
            of = getattr(metrics, f"{name}_score")
            table[name], table[f"{name} of class 0"] = (float(of(truth, predicted, pos_label=side)) for side in (1, 0))
    return table


def _other(declared: str, measured: float, known: Mapping[str, float], names: list[str]) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        f"The metric is {f'the {names[0]}' if names else 'not'}{', not' if names else ''} the {declared} declared",
        evidence=[
            Evidence(f"score of a known confusion, as {declared}", f"{measured:.4g}", f"{known[declared]:.4g}"),
            *[Evidence(f"which is the {name}", f"{known[name]:.4g}") for name in names],
        ],
        cause="Another average, another positive class, or a threshold of 0.5 on logits.",
        fix=f"Compare with sklearn.metrics by hand; or declare what is meant: Declared(metric='{(names or KINDS)[0]}')",
        key="metric.other",
    )


def _of_the_common(bench: Bench, name: str, measured: float, known: Mapping[str, float]) -> Iterator[Finding]:
    seen = bench.probe(labels).get("train")
    if seen is None or not len(seen) or (share := float(np.mean(seen == 0))) <= 0.5:
        return
    kind = name.split()[0]
    yield RULE.finding(
        Severity.WARNING,
        f"The metric is the {name}, the common one",
        evidence=[
            Evidence("score of a known confusion", f"{measured:.4g}", f"{known[kind]:.4g}, the {kind} of class 1"),
            Evidence("share of class 0 in train", f"{share:.1%}"),
        ],
        cause="The classes have changed places: what is looked for is usually the rare one, class 1.",
        fix=f"{kind}_score(targets, predictions, pos_label=1)",
        key="metric.positive-class",
    )


RULE = Rule(
    "E105", "of-the-right-kind", "The metric is the one that is meant", Group.EVALUATION, ("metric", "task"), check,
    explained_by=("E101",),
)  # fmt: skip
