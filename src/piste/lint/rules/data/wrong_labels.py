"""Labels agree with what similar examples say."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import Evidence, Finding, Severity, Where
from piste.lint.bench import Bench
from piste.lint.probes.chance import lower_share
from piste.lint.probes.quick import Told, told
from piste.lint.rule import Group, NotRun, Rule

_FEWEST = 200
_QUARTER, _TENTH = 0.03, 0.025  # errors among the surest answers, at least, that hard examples do not make
_LEVEL = 0.65  # errors in the surest tenth for each one in the surest half: they hardly fall where chance made them
_CAN_TELL = 0.58  # errors of the surest half, for each one of a constant guess, at most
_TELLS_WELL = 0.25  # the same, where two classes alone may be mixed up
_AS_MANY = 0.3  # errors in the surest quarter that are certain, for each one in the surest half
_WORTH_KNOWING = 0.01
_SMALL = 0.02  # added to shares, which are counts of a few neighbours or trees, before their logarithm
_FEWEST_OF_TWO = 80  # examples of two classes from which on their mixing is asked for
_SHOWN = 12


@dataclass(frozen=True)
class Suspects:
    """Examples that seem to belong to another class than their label says."""

    places: NDArray[np.int64]  # within the examples judged, the likeliest first
    meant: NDArray[np.int64]  # of all examples judged: the likeliest class but that of their label


def check(bench: Bench) -> Iterator[Finding]:
    """Yield how many labels a quick model contradicts where it is surest."""
    if len(bench.pipeline.train) < _FEWEST:
        raise NotRun(f"In fewer than {_FEWEST} examples wrong labels cannot be told from hard ones.")
    view = bench.probe(told)
    found = suspects(view)
    if not len(found.places):
        return
    one, other = pair = _commonest(view, found)
    between = _between(view, pair)
    certain = _certain(view, _CAN_TELL) or (_tells_well(view) and _certain(between, 1.0))
    if not certain and lower_share(*_contradicted(view, 0.25)) < _WORTH_KNOWING:
        return
    yield _finding(bench, view, found, (one, other), Severity.WARNING if certain else Severity.INFO)


def _commonest(view: Told, found: Suspects) -> tuple[int, int]:
    """Return the classes, as places, that a label and its likelier class are most often."""
    pairs = view.known[found.places] * len(view.classes) + found.meant[found.places]
    one, other = divmod(int(np.bincount(pairs).argmax()), len(view.classes))
    return one, other


def _between(view: Told, pair: tuple[int, int]) -> Told:
    """Return the examples of two classes that are taken for one of the two: two may be mixed up among many."""
    rows = np.isin(view.known, pair) & np.isin(view.shares.argmax(axis=1), pair)
    known = (view.known[rows] == pair[1]).astype(np.int64)
    return Told(view.rows[rows], view.classes[list(pair)], known, view.shares[rows][:, list(pair)])


def _tells_well(view: Told) -> bool:
    """Return whether the model tells most classes apart, so that two of which it does not are no matter of the task."""
    wrong, judged = _contradicted(view, 0.5)
    return wrong / judged <= _TELLS_WELL * _of_a_guess(view)


def _of_a_guess(view: Told) -> float:
    return 1.0 - float(np.bincount(view.known).max() / len(view.known)) if len(view.known) else 0.0


def _certain(view: Told, can_tell: float) -> bool:
    """Return whether chance made the errors, rather than classes that overlap: the surest answers have as many.

    `can_tell` bounds the errors of the surest half, for each one of a constant guess.
    """
    if len(view.known) < _FEWEST_OF_TWO:
        return False
    tenth, quarter, half = (_contradicted(view, part) for part in (0.1, 0.25, 0.5))
    usual = half[0] / half[1]
    if usual > can_tell * _of_a_guess(view):
        return False
    level = tenth[0] / tenth[1] >= _LEVEL * usual and lower_share(*quarter) >= _AS_MANY * usual
    return bool(level and lower_share(*quarter) >= _QUARTER and lower_share(*tenth) >= _TENTH)


def _contradicted(view: Told, part: float) -> tuple[int, int]:
    """Return how many labels of the surest `part` the model contradicts, and how many there are.

    Hard examples are rare where the model is sure; labels that were changed by chance are as common there as anywhere.
    """
    sure = view.shares.max(axis=1)
    rows = np.argsort(-sure, kind="stable")[: max(int(part * len(sure)), 1)]
    return int(np.sum(view.shares[rows].argmax(axis=1) != view.known[rows])), len(rows)


def suspects(view: Told) -> Suspects:
    """Return as many examples as seem to be wrong, those whose label is least likely beside another class.

    Their number is the share of the surest quarter's labels that are contradicted, of all; but no less than lie off the
    diagonal of the confident joint (Northcutt, Jiang and Chuang, 2021). With 5 % of MNIST's labels changed, ranks by
    the ratio of the two shares find more than those by their difference: F1 0.80 and 0.76 against 0.76 and 0.73 (2026).
    """
    every = np.arange(len(view.known))
    own = view.shares[every, view.known]
    others = view.shares.copy()
    others[every, view.known] = -1.0
    meant, most = others.argmax(axis=1), others.max(axis=1)
    odds = np.log(most + _SMALL) - np.log(own + _SMALL)
    contradicted, judged = _contradicted(view, 0.25)
    count = max(round(contradicted / judged * len(every)), _off_diagonal(view))
    places = np.argsort(-odds, kind="stable")[:count]
    return Suspects(places[odds[places] > 0], meant)


def _off_diagonal(view: Told) -> int:
    usual = np.array([view.shares[view.known == one, one].mean() for one in range(len(view.classes))])
    confident = np.where(view.shares >= usual, view.shares, -1.0)
    return int(np.sum((confident.max(axis=1) >= 0) & (confident.argmax(axis=1) != view.known)))


def _finding(bench: Bench, view: Told, found: Suspects, pair: tuple[int, int], severity: Severity) -> Finding:
    count, judged, sure = len(found.places), len(view.rows), _contradicted(view, 0.25)
    rows = bench.pipeline.train.numbers[view.rows[found.places[:_SHOWN]]]
    common = int(np.sum((view.known[found.places] == pair[0]) & (found.meant[found.places] == pair[1])))
    one, other = (int(view.classes[place]) for place in pair)
    return RULE.finding(
        severity,
        f"About {count / judged:.1%} of the labels look wrong",
        evidence=[
            Evidence("examples that seem to belong to another class", f"{count:,} of {judged:,}"),
            Evidence(
                "labels contradicted in the quarter in which a quick model is surest", f"{sure[0] / sure[1]:.1%}", "0 %"
            ),
            Evidence("commonest pair", f"label {one}, looks like {other} ({common:,} times)"),
        ],
        cause="Labels were mixed up: by hand, by two lists in different orders, or by a merge.",
        fix="Look at the rows shown, the likeliest first, and correct or drop them; or soften: --smoothing 0.1",
        remedy="drop-suspects" if severity is Severity.WARNING else "",
        key="data.wrong-labels",
        where=Where(split="train", rows=tuple(int(row) for row in rows)),
        others=("labels shifted against the inputs", "examples of rare kinds"),
    )


RULE = Rule(
    "D109",
    "wrong-labels",
    "Labels agree with those of similar examples",
    Group.DATA,
    ("train", "targets", "task"),
    check,
    trains=True,
)
