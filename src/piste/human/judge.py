"""From answers to the human baseline: each person beside the network on the same examples, and the people together."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from statistics import median
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from piste.core.human import AgreementRecord, HumanAnswer, HumanExample, HumanRecord, Interval, LabellerRecord
from piste.core.records import Score
from piste.evaluate.bootstrap import Statistic, interval, point_values, replicates
from piste.human.agreement import agreement, root_mean_square
from piste.human.known import Known, latest, values_of
from piste.human.shares import difference, needed, wilson
from piste.human.words import verdict

MOST_EXAMPLES = 12
FEWEST_NUMBERS = 10  # below, the bootstrap's interval of a difference is too narrow to decide by
HALF_WIDTHS = (0.1, 0.05)
TRUTH, SECOND = "the labels", "the second pass"

Said: TypeAlias = Mapping[str, Mapping[int, Any]]
"""Name of a person -> row -> what was said in the first pass."""

Describe: TypeAlias = Callable[[int], tuple[dict[str, str], str]]
"""Takes a row within its source; gives the features as a person reads them, and a PNG as base64 or ""."""


def baseline(known: Known, answers: Sequence[HumanAnswer], seed: int, describe: Describe) -> HumanRecord:
    """Return the human baseline that `answers` make; rows that are not in `known` count in nothing.

    People with no answer in which they said something are left out. `seed` is that of the resamples.
    """
    there = set(known.rows.tolist())
    answers = [one for one in answers if one.row in there]
    names = dict.fromkeys(one.name for one in answers)
    said = {name: values_of(latest(answers, name)) for name in names}
    said = {name: each for name, each in said.items() if each}
    labellers = tuple(_labeller(known, answers, name, said[name], seed) for name in said)
    rows = {row for each in said.values() for row in each}
    return HumanRecord(
        known.task,
        len(rows),
        len(known.rows),
        verdict(labellers) or "Nobody has answered yet.",
        labellers,
        tuple(_together(known, said, seed)),
        tuple(_disagreements(known, said, describe)),
        tuple(_suspects(known, said, describe)),
        () if known.numbers else tuple((half, needed(half)) for half in HALF_WIDTHS),
    )


def _labeller(
    known: Known, answers: Sequence[HumanAnswer], name: str, said: Mapping[int, Any], seed: int
) -> LabellerRecord:
    first = latest(answers, name)
    place = _places(known)
    at = np.array([place[row] for row in said])
    own, truth, network = _array(known, list(said.values())), known.truth[at], known.network[at]
    score, judged, lead = (_numbers if known.numbers else _classes)(own, truth, network, seed)
    second = values_of(latest(answers, name, again=True))
    both = [row for row in said if row in second]
    return LabellerRecord(
        name,
        len(said),
        sum(one.skipped for one in first.values()),
        median(first[row].seconds for row in said),
        score,
        judged,
        lead,
        _verdict(known, lead, len(said)),
        agreement((name, TRUTH), (own, truth), seed),
        _agreed(known, (name, SECOND), [said, second], both, seed) if both else None,
    )


def _verdict(known: Known, lead: Interval, rows: int) -> str:
    if known.numbers and rows < FEWEST_NUMBERS:
        return "level"
    return "better" if lead.low > 0 else "worse" if lead.high < 0 else "level"


def _classes(own: NDArray[Any], truth: NDArray[Any], network: NDArray[Any], seed: int) -> tuple[Score, Score, Interval]:
    right, judged = own == truth, network == truth
    lead = difference(int((judged & ~right).sum()), int((right & ~judged).sum()), len(own))
    person, other = (wilson(float(hits.sum()), len(own)) for hits in (right, judged))
    return _score("accuracy", person, better=True), _score("accuracy", other, better=True), lead


def _numbers(
    own: NDArray[np.float64], truth: NDArray[np.float64], network: NDArray[np.float64], seed: int
) -> tuple[Score, Score, Interval]:
    person, other = root_mean_square(own - truth), root_mean_square(network - truth)
    both: list[Statistic] = [person, other, lambda counts: person(counts) - other(counts)]
    points, drawn = point_values(both, len(own)), replicates(both, len(own), seed)
    measured = [
        Interval(float(point), *interval(each, float(point))) for point, each in zip(points, drawn, strict=True)
    ]
    return _score("RMSE", measured[0], better=False), _score("RMSE", measured[1], better=False), measured[2]


def _score(name: str, measured: Interval, *, better: bool) -> Score:
    return Score(name, measured.value, measured.low, measured.high, better)


def _together(known: Known, said: Said, seed: int) -> Sequence[AgreementRecord]:
    groups = [*combinations(said, 2)] + ([tuple(said)] if len(said) > 2 and not known.numbers else [])
    shared = [[row for row in said[group[0]] if all(row in said[name] for name in group)] for group in groups]
    return [
        _agreed(known, group, [said[name] for name in group], rows, seed)
        for group, rows in zip(groups, shared, strict=True)
        if rows
    ]


def _agreed(
    known: Known, between: tuple[str, ...], said: Sequence[Mapping[int, Any]], rows: Sequence[int], seed: int
) -> AgreementRecord:
    return agreement(between, [_array(known, [one[row] for row in rows]) for one in said], seed)


def _array(known: Known, values: Sequence[Any]) -> NDArray[Any]:
    return np.asarray(values, np.float64 if known.numbers else object)


def _places(known: Known) -> dict[int, int]:
    return {row: place for place, row in enumerate(known.rows.tolist())}


def _disagreements(known: Known, said: Said, describe: Describe) -> Sequence[HumanExample]:
    """The network surest of itself first; of numbers, those furthest apart."""
    found = []
    for row, place, answers in _answered(known, said):
        network = known.network[place]
        if any(answer != network for answer in answers.values()):
            apart = max(abs(answer - network) for answer in answers.values()) if known.numbers else 0.0
            found.append((-apart, -_sure(known, place), row, place, answers))
    found.sort(key=lambda one: one[:3])
    return [_example(known, place, answers, describe) for *_, place, answers in found[:MOST_EXAMPLES]]


def _suspects(known: Known, said: Said, describe: Describe) -> Sequence[HumanExample]:
    """Labels against which all people agree, and the network too where there is but one: most voices first."""
    if known.numbers:
        return []
    found = []
    for row, place, answers in _answered(known, said):
        one, *more = set(answers.values())
        if not more and one != known.truth[place]:
            voices = len(answers) + bool(known.network[place] == one)
            if voices > 1:
                found.append((-voices, -_sure(known, place), row, place, answers))
    found.sort(key=lambda one: one[:3])
    return [_example(known, place, answers, describe) for *_, place, answers in found[:MOST_EXAMPLES]]


def _answered(known: Known, said: Said) -> Sequence[tuple[int, int, dict[str, Any]]]:
    place = _places(known)
    rows = dict.fromkeys(row for each in said.values() for row in each)
    return [(row, place[row], {name: each[row] for name, each in said.items() if row in each}) for row in rows]


def _sure(known: Known, place: int) -> float:
    return 0.0 if known.confidence is None else float(known.confidence[place])


def _example(known: Known, place: int, answers: Mapping[str, Any], describe: Describe) -> HumanExample:
    row = int(known.rows[place])
    values, picture = describe(row)
    sure = None if known.confidence is None else float(known.confidence[place])
    words = {name: _words(answer) for name, answer in answers.items()}
    return HumanExample(row, _words(known.truth[place]), _words(known.network[place]), words, sure, values, picture)


def _words(value: Any) -> str:
    return value if isinstance(value, str) else "–" if math.isnan(value) else f"{value:.6g}"
