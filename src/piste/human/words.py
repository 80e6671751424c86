"""Measured values as a person reads them, with the digits that their intervals justify."""

import math
from collections.abc import Sequence

from piste.core.human import Interval, LabellerRecord
from piste.core.records import Score


def shown(score: Score) -> str:
    """Return "93.2 % (88.1 to 96.4 %)" for a share, "3.2 (2.9 to 3.6)" for a number."""
    measured = Interval(score.value, score.low, score.high)
    return share(measured) if score.unit == "" and score.name.endswith(("accuracy", "agreement")) else number(measured)


def share(measured: Interval) -> str:
    """Return a share with its interval, as percentages."""
    value, low, high = _rounded(*(100 * part for part in (measured.value, measured.low, measured.high)))
    return f"{value} % ({low} to {high} %)"


def number(measured: Interval) -> str:
    """Return a number with its interval, or that there is none."""
    if not math.isfinite(measured.value):
        return "not defined"
    value, low, high = _rounded(measured.value, measured.low, measured.high)
    return f"{value} ({low} to {high})"


def _rounded(value: float, low: float, high: float) -> tuple[str, ...]:
    width = high - low
    if not math.isfinite(width) or width <= 0:
        return tuple(f"{one:.4g}" for one in (value, low, high))
    places = max(1 - math.floor(math.log10(width)), 0)
    return tuple(f"{round(one, places) + 0.0:,.{places}f}" for one in (value, low, high))


def verdict(labellers: Sequence[LabellerRecord]) -> str:
    """Return in plain sentences how people and network compare."""
    return " ".join(map(_sentence, labellers))


def _sentence(one: LabellerRecord) -> str:
    task = "a mean error (RMSE)" if not one.score.higher_is_better else "an accuracy"
    examples = "one test example" if one.rows == 1 else f"{one.rows:,} test examples"
    start = (
        f"On the {examples} that {one.name} answered, {one.name} has {task} of {shown(one.score)} and "
        f"the network {shown(one.network)}."
    )
    lead = share(one.difference) if one.score.higher_is_better else number(one.difference)
    if one.verdict == "level":
        return f"{start} These examples cannot tell them apart: the network's lead is {lead}."
    if one.verdict == "better":
        return f"{start} The network is better, by {lead}."
    behind = Interval(-one.difference.value, -one.difference.high, -one.difference.low)
    return f"{start} {one.name} is better, by {share(behind) if one.score.higher_is_better else number(behind)}."
