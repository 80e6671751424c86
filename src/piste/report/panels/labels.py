"""How well each label of a multi-label target is found."""

from typing import Any

from piste.core.panels import Block, Chart, Grid
from piste.core.records import EvaluationRecord, LabelRecord
from piste.report import charts
from piste.report.numbers import count, counted, finite, interval, number, percent
from piste.report.panels.confusion import wilson

LARGEST = 20  # labels drawn; the table holds all


def labels(evaluation: EvaluationRecord) -> tuple[Block, ...]:
    """Return precision and recall of each label, at most those of the `LARGEST` found worst, and the table of all."""
    every = evaluation.labels
    if not every:
        return ()
    worst = sorted(every, key=lambda one: f1(one) or 0.0)[:LARGEST]
    drawn, of = (every, "each label") if len(every) <= LARGEST else (tuple(worst), f"the {LARGEST} labels of lowest F1")
    precise = [_dot(one, one.predicted) for one in drawn if one.predicted]
    recalled = [_dot(one, one.support) for one in drawn if one.support]
    return (
        _chart(f"Precision of {of}", "Share of the examples given a label that have it", "precision", precise, drawn),
        _chart(
            f"Recall of {of}", "Share of the examples that have a label that are given it", "recall", recalled, drawn
        ),
        _table(every, evaluation.rows),
    )


def _chart(title: str, about: str, axis: str, dots: list[dict[str, Any]], drawn: tuple[LabelRecord, ...]) -> Chart:
    lost = len(drawn) - len(dots)
    left_out = f" {counted(lost, 'label')} without such examples left out." if lost else ""
    return Chart(
        title=f"{title}, with 95 % intervals",
        description=f"{about}.{left_out}",
        spec=charts.intervals(dots, axis, (0.0, 1.0)),
        numbers=Grid(("label", axis), tuple((dot["label"], dot["text"]) for dot in dots)),
        size="half",
    )


def f1(one: LabelRecord) -> float | None:
    """Return `2 found / (support + predicted)`; None for a label that neither occurs nor is predicted."""
    total = one.support + one.predicted
    return 2 * one.found / total if total else None


def _table(every: tuple[LabelRecord, ...], rows: int) -> Grid:
    cells = tuple(
        (
            one.label,
            _share(one.found, one.predicted),
            _share(one.found, one.support),
            number(value, 3) if (value := f1(one)) is not None else "none",
            count(one.support),
            count(one.predicted),
            number(one.threshold, 3),
        )
        for one in every
    )
    return Grid(
        ("label", "precision", "recall", "F1", "examples", "predicted", "from probability"),
        cells,
        ("left", *("right",) * 6),
        f"Of {counted(rows, 'test example')}: how many have the label, and how many were given it.",
    )


def _share(hits: int, total: int) -> str:
    return f"{percent(hits / total)} ({_ends(hits, total)})" if total else "none"


def _ends(hits: int, total: int) -> str:
    low, high = wilson(hits, total)
    return f"{interval(100 * low, 100 * high)} %"


def _dot(one: LabelRecord, total: int) -> dict[str, Any]:
    low, high = wilson(one.found, total)
    return {
        "label": one.label,
        "group": "label",
        "value": finite(one.found / total),
        "low": finite(low),
        "high": finite(high),
        "text": f"{count(one.found)} of {count(total)} ({_ends(one.found, total)})",
    }
