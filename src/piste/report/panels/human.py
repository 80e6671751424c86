"""People beside the network: how good each is on the same examples, how far they agree, and which labels they deny."""

from collections.abc import Iterable, Sequence
from typing import Any

from piste.core.human import AgreementRecord, HumanExample, HumanRecord, Interval, LabellerRecord
from piste.core.panels import Block, Chart, Grid, Picture, Pictures, Text
from piste.core.records import Score, Task
from piste.report import charts
from piste.report.numbers import (
    brief,
    capitalised,
    count,
    counted,
    difference,
    finite,
    interval,
    number,
    percent,
    score,
    seconds,
)

WIDEST = 12  # features beside an example


def human(record: HumanRecord) -> tuple[Block, ...]:
    """Return the verdict, each person beside the network, the agreements, suspected labels and disagreements."""
    if not record.labellers:
        return ()
    return (
        Text(record.verdict, "lead"),
        _beside(record),
        _people(record),
        _agreements([*_own(record.labellers), *record.together]),
        *_examples(
            record.suspects,
            "Labels against which all who answered agree, and the network too where only one person answered. Many of "
            "them are wrong.",
        ),
        *_examples(record.disagreements, _APART[record.task is Task.REGRESSION]),
    )


_APART = {
    False: "Where a person and the network say different things, the network surest of itself first.",
    True: "Where a person and the network are furthest apart.",
}


def _beside(record: HumanRecord) -> Chart:
    name = record.labellers[0].score.name
    dots = [dot for one in record.labellers for dot in _dots(one)]
    people = counted(len(record.labellers), "person", "people")
    return Chart(
        title=f"{name} on the same examples, with 95 % intervals",
        description=f"{capitalised(people)} beside the network, each on the examples that the person answered.",
        spec=charts.intervals(dots, name, None if record.task is Task.REGRESSION else (0.0, 1.0)),
        numbers=Grid(("who", name), tuple((dot["label"], dot["text"]) for dot in dots)),
    )


def _dots(one: LabellerRecord) -> Iterable[dict[str, Any]]:
    yield _dot(brief(one.name), "person", one.score)
    yield _dot(f"network, for {brief(one.name)}", "baseline", one.network)


def _dot(label: str, group: str, value: Score) -> dict[str, Any]:
    ends = {"value": finite(value.value), "low": finite(value.low), "high": finite(value.high)}
    return {"label": label, "group": group, **ends, "text": _with_interval(value)}


def _with_interval(value: Score) -> str:
    return f"{score(value)} ({interval(value.low, value.high)})"


def _people(record: HumanRecord) -> Grid:
    rows = tuple(
        (
            brief(one.name),
            count(one.rows),
            count(one.skipped),
            seconds(one.seconds),
            _with_interval(one.score),
            _with_interval(one.network),
            f"{difference(one.difference.value, one.difference.low, one.difference.high)} "
            f"({interval(one.difference.low, one.difference.high)})",
            one.verdict,
        )
        for one in record.labellers
    )
    columns = ("who", "answers", "could not say", "time each", "person", "network", "network's lead", "the network is")
    wanted = ", ".join(f"±{percent(half)} takes {count(answers)} answers" for half, answers in record.needed)
    how_many = f" At worst, an accuracy known to {wanted}." if wanted else ""
    caption = f"The lead has a paired interval: both are judged on the same examples.{how_many}"
    return Grid(columns, rows, ("left", *("right",) * 6, "left"), caption)


def _own(labellers: Sequence[LabellerRecord]) -> Iterable[AgreementRecord]:
    for one in labellers:
        yield one.truth
        if one.again is not None:
            yield one.again


def _agreements(found: Sequence[AgreementRecord]) -> Grid:
    rows = tuple(
        (
            " and ".join(map(brief, one.between)) if len(one.between) == 2 else ", ".join(map(brief, one.between)),
            count(one.rows),
            agreed(one),
            f"{measured(one.beyond)}",
            one.measure,
        )
        for one in found
    )
    columns = ("between", "examples", "agree", "beyond chance", "measure")
    caption = "Beyond chance, 1 is perfect agreement and 0 what chance alone gives."
    return Grid(columns, rows, ("left", "right", "right", "right", "left"), caption)


def agreed(one: AgreementRecord) -> str:
    """Return the share on which all agree, or of numbers how far apart they are."""
    if one.share is not None:
        return f"{percent(one.share.value, 3)} ({interval(100 * one.share.low, 100 * one.share.high)} %)"
    return f"apart by {measured(one.apart)}" if one.apart is not None else ""


def measured(value: Interval) -> str:
    """Return a value with its interval, or a dash where it is not defined."""
    ends = interval(value.low, value.high)
    return f"{number(value.value)} ({ends})" if value.value == value.value else ends


def _examples(examples: tuple[HumanExample, ...], about: str) -> tuple[Block, ...]:
    if not examples:
        return ()
    if all(one.picture for one in examples):
        return Text(about), Pictures(tuple(map(_picture, examples)))
    return Text(about), _rows(examples)


def _picture(one: HumanExample) -> Picture:
    answers = tuple(f"{brief(name)}: {brief(said)}" for name, said in one.answers.items())
    lines = (f"label: {brief(one.truth)}", *answers, f"network: {_network(one)}", f"row {count(one.row)}")
    return Picture(one.picture, f"Test example {one.row}: labelled {brief(one.truth)}", lines)


def _network(one: HumanExample) -> str:
    sure = "" if one.confidence is None else f" ({percent(one.confidence)} sure)"
    return f"{brief(one.network)}{sure}"


def _rows(examples: tuple[HumanExample, ...]) -> Grid:
    people = tuple(dict.fromkeys(name for one in examples for name in one.answers))
    names = tuple(dict.fromkeys(name for one in examples for name in one.values))[:WIDEST]
    rows = tuple(
        (
            count(one.row),
            brief(one.truth),
            *(brief(one.answers[name]) if name in one.answers else "" for name in people),
            _network(one),
            *(brief(one.values[name]) if one.values.get(name) else "" for name in names),
        )
        for one in examples
    )
    columns = ("row", "label", *map(brief, people), "network", *names)
    return Grid(columns, rows, (), "Rows count from 0 within their source.")
