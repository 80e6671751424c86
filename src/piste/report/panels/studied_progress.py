"""How a search went: the best so far beside what may be believed of it, who survived, and every trial's course."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from piste.core.panels import Block, Chart, Grid
from piste.core.studied import Studied
from piste.core.studies import TrialRecord, TrialStatus
from piste.report import study_charts
from piste.report.numbers import counted, finite, interval, measured, number
from piste.report.panels.studied_range import is_wide, padded, shown_range

COURSES = 120  # trials whose course is drawn
POINTS = 60  # rounds drawn of each
REPORTED, BELIEVED = "best so far", "to expect on new examples"


def progress(studied: Studied) -> tuple[Block, ...]:
    """Return the figures of the search's course."""
    if not studied.ranked:
        return ()
    return (_best_so_far(studied), *_survival(studied), *_courses(studied))


def _best_so_far(studied: Studied) -> Chart:
    study = studied.study
    scored = sorted(studied.ranked, key=lambda one: one.number)
    order = {one.number: place for place, one in enumerate(studied.ranked)}
    dots = [_row(one.number + 1, one.score, f"{number(one.score, 4)} in trial {one.number}") for one in scored]
    steps: list[dict[str, Any]] = []
    first: TrialRecord | None = None
    for one in scored:
        if first is None or order[one.number] < order[first.number]:
            first = one
            steps.append(_step(one.number + 1, one))
    if first is not None:
        steps.append(_step(len(studied.trials), first))
    of_score = [one for one in studied.results.so_far if one.measure == study.metric]
    band = [
        {
            "trial": one.trials,
            "value": finite(one.corrected),
            "low": finite(one.low),
            "high": finite(one.high),
            "series": BELIEVED,
            "text": f"{measured(one.corrected, one.low, one.high)} ({interval(one.low, one.high)})",
        }
        for one in of_score
    ]
    values = [one.score for one in scored if one.score is not None]
    low, high = shown_range(values, study.higher_is_better, 0.0)
    ends = [end for one in of_score for end in (one.low, one.high)]
    domain = padded(min([low, *ends[2:]]), max([high, *ends[2:]]))
    return Chart(
        title="The best so far",
        description=f"Best {study.metric} on validation after each trial"
        + (
            ", and with its 95 % band what the best of so many gives on examples that did not choose it."
            if band
            else "."
        ),
        spec=study_charts.best_so_far(dots, steps, band, study.metric, domain),
        numbers=_so_far_numbers(studied),
    )


def _row(trial: int, value: float | None, text: str) -> dict[str, Any]:
    return {"trial": trial, "value": finite(value), "text": text}


def _step(at: int, one: TrialRecord) -> dict[str, Any]:
    return {**_row(at, one.score, f"{number(one.score, 4)}, trial {one.number}"), "series": REPORTED}


def _so_far_numbers(studied: Studied) -> Grid | None:
    rows = tuple(
        (
            str(one.trials),
            number(one.reported, 4),
            measured(one.corrected, one.low, one.high),
            interval(one.low, one.high),
            number(one.optimism, 2),
        )
        for one in studied.results.so_far
    )
    columns = (
        "trials",
        f"best {studied.results.so_far[0].measure}" if rows else "",
        "to expect",
        "95 % interval",
        "optimism",
    )
    return Grid(columns, rows, ("right",) * 5) if rows else None


def _survival(studied: Studied) -> tuple[Block, ...]:
    lengths = [len(one.losses) for one in studied.trials if one.losses]
    if not lengths or min(lengths) == max(lengths):
        return ()
    rounds = max(lengths)
    edges = sorted({0, *lengths})
    going = [(edge, sum(length > edge for length in lengths)) for edge in edges]
    values = [{"round": edge, "count": count, "text": f"{count} of {len(lengths)}"} for edge, count in going]
    saved = 1 - sum(lengths) / (len(lengths) * max(studied.study.rounds, rounds))
    chart = Chart(
        title="Who goes on",
        description=f"Trials in training after each round: {number(100 * saved, 2)} % of all rounds were not trained.",
        spec=study_charts.surviving(values, rounds),
        numbers=Grid(("round", "trials that go on"), tuple((str(a), str(b)) for a, b in going), ("right", "right")),
        size="half",
    )
    return (chart,)


def _courses(studied: Studied) -> tuple[Block, ...]:
    drawn = [one for one in _some(studied) if len(one.losses) > 1]
    if not drawn:
        return ()
    values = [row for one in drawn for row in _course(studied, one)]
    numbers = [row["value"] for row in values if row["value"] is not None]
    low, high = (
        shown_range(numbers) if studied.results.by_loss else shown_range(numbers, studied.study.higher_is_better)
    )
    log = is_wide(low, max(numbers))
    if log:
        high = max(high, min(max(numbers), low * 1000))
    what = studied.compared
    chart = Chart(
        title=f"Course of the trials{' (logarithmic scale)' if log else ''}",
        description=f"Validation {what} of {counted(len(drawn), 'trial')} after each round; the best is drawn strong.",
        spec=study_charts.courses(values, what, log, padded(low, high, log)),
        size="half",
    )
    return (chart,)


def _some(studied: Studied) -> Sequence[TrialRecord]:
    """Return the trials whose course is drawn: the best ones, and of the rest evenly taken ones; the best last."""
    ranked = studied.ranked
    best, rest = ranked[: COURSES // 4], ranked[COURSES // 4 :]
    stride = max(-(-len(rest) // (COURSES - len(best))), 1)
    return (*rest[::stride], *reversed(best))


def _course(studied: Studied, one: TrialRecord) -> list[dict[str, Any]]:
    values = one.losses if studied.results.by_loss else one.metrics
    stride = max(-(-len(values) // POINTS), 1)
    kept = [at for at in range(len(values)) if at % stride == 0 or at == len(values) - 1]
    return [
        {
            "trial": one.number,
            "round": at + 1,
            "value": finite(values[at]),
            "group": _group(studied, one),
            "text": number(values[at], 4),
        }
        for at in kept
        if isfinite(values[at])
    ]


_GROUPS: Mapping[TrialStatus, str] = {TrialStatus.STOPPED: "stopped", TrialStatus.DIVERGED: "diverged"}


def _group(studied: Studied, one: TrialRecord) -> str:
    return "the best" if one.number == studied.results.best else _GROUPS.get(one.status, "trained to the end")
