"""The network does about as well on every part of the examples that a person can name."""

from collections.abc import Iterator, Sequence

from piste.core.findings import Evidence, Finding, Severity, ShownChart, Where
from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.causes import CAUSES, REPORT
from piste.lint.probes.judged import deciding, errors
from piste.lint.probes.slices import Slice, slices
from piste.lint.problem import problem
from piste.lint.rule import Group, NotRun, Rule

_SURE = 0.01  # for all slices together
_TIMES = 1.5  # how much larger an error must be to matter
_SHOWN = 6
_ROWS = 12


def check(bench: Bench) -> Iterator[Finding]:
    """Yield the slices whose error is clearly above that of the other examples."""
    every = bench.probe(slices)
    if not every:
        raise NotRun("The examples have no classes and no columns of which 20 share a value.")
    worse = [one for one in every if one.p_value * len(every) <= _SURE and one.error >= _TIMES * one.others]
    if worse:
        yield _finding(bench, worse, len(every))


def _finding(bench: Bench, worse: Sequence[Slice], asked: int) -> Finding:
    name, number = bench.probe(deciding), bench.probe(problem).task is Task.REGRESSION
    whole, worst = float(bench.probe(errors, name).mean()), max(worse, key=lambda one: one.error)
    kept = sorted(worse, key=lambda one: -one.error)[:_SHOWN]
    what = "mean error" if number else "share of errors"
    split = bench.pipeline.splits[name]
    return RULE.finding(
        Severity.INFO,
        f"{_capital(what)} of the examples {_with(worst)}: {_said(worst.error, number)}, of all {_said(whole, number)}",
        evidence=[
            Evidence(
                f"{_with(one)} ({len(one.rows):,})",
                f"{_said(one.error, number)} ({_said(one.low, number)} to {_said(one.high, number)})",
                f"{_said(one.others, number)} as the others",
            )
            for one in kept
        ],
        cause="Fewer or harder examples of this kind in training, wrong labels among them, or a fault in how they are "
        "read.",
        fix="Look at these rows; give training more of them, or weigh them: --class-weights balanced, --weights COLUMN",
        key="evaluation.slice",
        where=Where(name, worst.column, rows=tuple(split.numbers[worst.rows][:_ROWS].tolist())),
        others=(f"{asked} parts were looked at, and chance alone is allowed for.",),
        p_value=min(one.p_value for one in worse) * asked,
        charts=[_chart(kept, whole, what)],
    )


def _with(one: Slice) -> str:
    return one.name if one.name.startswith("of class ") else f"with {one.name}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _said(error: float, number: bool) -> str:
    return f"{error:.4g}" if number else f"{error:.1%}"


def _chart(kept: Sequence[Slice], whole: float, what: str) -> ShownChart:
    values = [{"label": one.name, "value": one.error, "low": one.low, "high": one.high} for one in kept]
    place = {"field": "label", "type": "nominal", "title": None, "sort": None, "axis": {"labelLimit": 140}}
    x = {"type": "quantitative", "title": what}
    rule = {"mark": "rule", "encoding": {"y": place, "x": {"field": "low", **x}, "x2": {"field": "high"}}}
    dot = {
        "mark": {"type": "point", "filled": True, "size": 70},
        "encoding": {"y": place, "x": {"field": "value", **x}},
    }
    line = {
        "data": {"values": [{"whole": whole}]},
        "mark": {"type": "rule", "strokeDash": [4, 4], "color": "gray"},
        "encoding": {"x": {"field": "whole", **x}},
    }
    return ShownChart(
        "Where the network errs most",
        f"{_capital(what)} of each part with its 95 % interval; the dashed line is that of all examples.",
        {"data": {"values": values}, "width": "container", "height": 26 * len(values), "layer": [rule, dot, line]},
    )


RULE = Rule(
    "E303",
    "worst-slices",
    "No part of the examples has a much larger error",
    Group.EVALUATION,
    ("judged", "task", "test|validation"),
    check,
    statistical=True,
    explained_by=("T201", *REPORT, *CAUSES),
)
