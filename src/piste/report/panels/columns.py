"""Two columns of labels beside each other: how far they agree, the ceiling that sets, and where they differ."""

from piste.core.human import LabelsCompared
from piste.core.panels import Align, Block, Fact, Facts, Grid, Panel, Text
from piste.core.records import Score, Task
from piste.report.numbers import brief, count, counted, interval, percent, score
from piste.report.panels.confusion import LARGEST
from piste.report.panels.human import agreed, measured


def columns(record: LabelsCompared) -> Panel:
    """Return the panel of a comparison: verdict, numbers, confusion, the rows it takes, and rows that differ."""
    blocks: tuple[Block, ...] = (Text(record.verdict, "lead"), _facts(record))
    if record.confusion and len(record.classes) <= LARGEST:
        blocks += (_confusion(record),)
    if record.examples:
        blocks += (_rows(record),)
    return Panel("columns", f"{brief(record.columns[0])} and {brief(record.columns[1])}", blocks)


def _facts(record: LabelsCompared) -> Facts:
    found = record.agreement
    facts = [
        Fact("rows with both", count(found.rows), f"{count(record.left_out)} without one of them left out"),
        Fact("agreement", agreed(found), counted(record.differing, "row differs", "rows differ")),
        Fact(found.measure, measured(found.beyond), "1 is perfect agreement, 0 what chance alone gives"),
        Fact("reached by the second column", _score(record.reached), f"judged by {brief(record.columns[0])}"),
    ]
    if record.ceiling is not None:
        name = record.reached
        best = Score(name.name, record.ceiling.value, record.ceiling.low, record.ceiling.high, name.higher_is_better)
        why = "by a network that is always right, if both err equally often and independently"
        facts.append(Fact("highest honest score", _score(best), why))
    if record.needed:
        wanted = ", ".join(f"{count(rows)} for ±{percent(half)}" for half, rows in record.needed)
        facts.append(Fact("rows to label twice", wanted, "for an interval of the agreement that is so narrow"))
    return Facts(tuple(facts))


def _score(value: Score) -> str:
    if value.higher_is_better:
        return f"{percent(value.value, 3)} ({interval(100 * value.low, 100 * value.high)} %)"
    return f"{value.name} {score(value)} ({interval(value.low, value.high)})"


def _confusion(record: LabelsCompared) -> Grid:
    names = tuple(map(brief, record.classes))
    rows = tuple((name, *map(count, row)) for name, row in zip(names, record.confusion, strict=True))
    caption = f"Rows are {brief(record.columns[0])}, columns {brief(record.columns[1])}."
    align: list[Align] = ["right"] * len(names)
    return Grid(("", *names), rows, ("left", *align), caption)


def _rows(record: LabelsCompared) -> Grid:
    names = tuple(record.examples[0].values)
    rows = tuple(
        (
            count(one.row),
            *map(brief, one.said),
            *(brief(one.values[name]) if one.values[name] else "" for name in names),
        )
        for one in record.examples
    )
    which = "The rows furthest apart" if record.task is Task.REGRESSION else "The first rows that differ"
    shown = f"{which}, {count(len(rows))} of {count(record.differing)}; rows count from 0."
    return Grid(("row", *map(brief, record.columns), *map(brief, names)), rows, (), shown)
