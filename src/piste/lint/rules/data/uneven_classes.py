"""The score cannot be won by the common class alone."""

from collections.abc import Iterator

import numpy as np

from piste.core.findings import Evidence, Finding, Severity, ShownChart, Where
from piste.lint.bench import Bench
from piste.lint.charts import bars
from piste.lint.criterion import metric_criterion, some_answers
from piste.lint.probes.classes import labels
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule

_COMMON = 0.8  # share of one class from which on a constant guess looks well
_FEWEST = 50
_TIMES = 4
_SHOWN = 20  # classes drawn


def check(bench: Bench) -> Iterator[Finding]:
    """Yield a common class that wins the metric by itself."""
    known = bench.probe(labels).get("train")
    if known is None or len(known) < _FEWEST:
        raise NotRun(f"There are no classes, or fewer than {_FEWEST} examples.")
    classes, counts = np.unique(known, return_counts=True)
    share = float(counts.max() / len(known))
    if share <= _COMMON or len(classes) < 2:
        return
    common = int(classes[counts.argmax()])
    won = _won(bench, common) if bench.pipeline.metric is not None else None
    if won is None or won[0] >= won[1] - 0.01:
        yield _finding(common, share, won, dict(zip(classes.tolist(), counts.tolist(), strict=True)))


def _won(bench: Bench, common: int) -> tuple[float, float]:
    """Return what a constant guess gains of the metric, from all wrong (0) to perfect (1), and the guess's accuracy."""
    one, criterion = bench.probe(problem), bench.probe(metric_criterion)
    _, told = some_answers(one, criterion.layout, _TIMES)
    rows = np.arange(len(told)) // criterion.layout.rows
    truth = np.where(rows % 10 == 0, (common + 1) % one.width, common)
    perfect, guess = _scores(truth, one.width, told.shape), _scores(np.full(len(told), common), one.width, told.shape)
    best, worst = criterion.mean(perfect, truth), criterion.mean(-perfect, truth)
    gained = (criterion.mean(guess, truth) - worst) / (best - worst) if best != worst else 0.0
    return gained, float(np.mean(truth == common))


def _scores(truth: np.ndarray[tuple[int], np.dtype[np.int64]], width: int, shape: tuple[int, ...]) -> np.ndarray:
    if shape[-1] == 1:
        return 2.0 * truth.reshape(-1, 1) - 1.0
    return 2.0 * np.eye(width)[truth] - 1.0


def _finding(common: int, share: float, won: tuple[float, float] | None, counts: dict[int, int]) -> Finding:
    return RULE.finding(
        Severity.INFO if won is None else Severity.WARNING,
        f"Class {common} has {share:.1%} of the examples"
        + ("" if won is None else ", and always guessing it wins the metric"),
        evidence=[
            Evidence(f"share of class {common} in train", f"{share:.1%}", f"at most {_COMMON:.0%}"),
            *([] if won is None else [Evidence("score of a constant guess that is right in 9 of 10", f"{won[0]:.2f}")]),
        ],
        cause="The metric counts examples, and nearly all are of one class: a network that learnt nothing looks well.",
        fix="--metric balanced-accuracy --class-weights balanced",
        key="data.uneven-classes",
        where=Where(split="train"),
        remedy="class-weights",
        settings={"metric": "balanced-accuracy", "class_weights": "balanced"},
        charts=[_chart(counts)],
    )


def _chart(counts: dict[int, int]) -> ShownChart:
    shown = dict(sorted(counts.items(), key=lambda one: -one[1])[:_SHOWN])
    return bars(
        "Examples of each class",
        f"Of {len(counts)} classes, the commonest has {max(counts.values()):,} examples and the rarest "
        f"{min(counts.values()):,}.",
        {f"class {one}": count for one, count in shown.items()},
        axis="examples",
    )


RULE = Rule(
    "D108",
    "uneven-classes",
    "The common class alone does not win the metric",
    Group.DATA,
    ("train", "targets", "task"),
    check,
)
