"""The network beside simple models on the same split: the only fair measure of whether it was needed."""

from typing import Any

from piste.core.panels import Align, Block, Chart, Grid, Lines, Text
from piste.core.records import BaselineRecord, EvaluationRecord, Score
from piste.report import charts
from piste.report.numbers import ABSENT, capitalised, counted, difference, finite, interval, score, seconds
from piste.report.panels.result import deciding, named

NETWORK = "this network"


def baselines(evaluation: EvaluationRecord) -> tuple[Block, ...]:
    """Return the comparison as a chart and a table, and which baselines were left out and why."""
    return (*_comparison(evaluation), *_skipped(evaluation))


def _comparison(evaluation: EvaluationRecord) -> tuple[Block, ...]:
    main = deciding(evaluation)
    if main is None or not evaluation.baselines:
        return ()
    direction = "further right is better" if main.higher_is_better else "further left is better"
    pairs = [(NETWORK, main), *((one.title, named(one.scores, main.name)) for one in evaluation.baselines)]
    values = [_dot(title, found) for title, found in pairs if found is not None]
    others = counted(len(evaluation.baselines), "baseline")
    chart = Chart(
        title=f"{capitalised(main.name)} with 95 % intervals",
        description=f"{capitalised(main.name)} of the network and of {others}; {direction}.",
        spec=charts.intervals(values, f"{main.name} ({direction})"),
    )
    return chart, _table(evaluation, main)


def _dot(title: str, found: Score) -> dict[str, Any]:
    text = f"{score(found)} ({interval(found.low, found.high)})"
    ends = {"value": finite(found.value), "low": finite(found.low), "high": finite(found.high)}
    return {"label": title, "group": "network" if title == NETWORK else "baseline", "text": text, **ends}


def _table(evaluation: EvaluationRecord, main: Score) -> Grid:
    network = (NETWORK, score(main), interval(main.low, main.high), "", "", "", "")
    rows = (network, *(_row(one, named(one.scores, main.name)) for one in evaluation.baselines))
    align: tuple[Align, ...] = ("left", "right", "right", "right", "left", "right", "left")
    columns = ("model", main.name, "95 % interval", "network's lead", "network is", "time", "note")
    notes = any(row[-1] for row in rows)
    return Grid(
        columns=columns if notes else columns[:-1],
        rows=rows if notes else tuple(row[:-1] for row in rows),
        align=align if notes else align[:-1],
        caption="The lead is positive where the network is better; in brackets its 95 % interval, a paired bootstrap.",
    )


def _row(one: BaselineRecord, found: Score | None) -> tuple[str, ...]:
    value, ends = (score(found), interval(found.low, found.high)) if found else (ABSENT, ABSENT)
    lead = f"{difference(one.difference, one.low, one.high)} ({interval(one.low, one.high)})"
    return one.title, value, ends, lead, one.verdict, seconds(one.seconds), one.note


def _skipped(evaluation: EvaluationRecord) -> tuple[Block, ...]:
    if not evaluation.skipped:
        return ()
    return Text("Not run:", "note"), Lines(tuple(f"{name}: {reason}" for name, reason in evaluation.skipped.items()))
