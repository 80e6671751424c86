"""Early stopping goes on while things get better, and ends when they no longer do."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from piste.core.findings import Evidence, Finding, Severity
from piste.lint.bench import Bench
from piste.lint.rule import Group, Rule

_LOOKS = 200  # evaluations
_BEST = 20  # the evaluation from which on things get worse, where they do


def check(bench: Bench) -> Iterator[Finding]:
    """Yield stopping that ends what improves, at the first wobble, or never."""
    stop = bench.pipeline.stop
    if stop is None:
        return
    higher = bool(bench.pipeline.higher_is_better)
    falling = 0.98 ** np.arange(_LOOKS)
    turning = np.where(np.arange(_LOOKS) < _BEST, 1.0 - 0.03 * np.arange(_LOOKS), 0.0)
    turning[_BEST:] = turning[_BEST - 1] + 0.02 * np.arange(1, _LOOKS - _BEST + 1)
    wobbling = falling + 0.004 * (np.arange(_LOOKS) % 7 == 3)
    ends = {
        name: _end(stop, 1.0 - curve if higher else curve)
        for name, curve in (("falling", falling), ("turning", turning), ("wobbling", wobbling))
    }
    if ends["falling"] is not None:
        yield _early(ends["falling"], ends["turning"], higher)
    elif ends["turning"] is None:
        yield _never(higher)
    elif ends["wobbling"] is not None and ends["wobbling"] < _LOOKS // 2:
        yield _impatient(ends["wobbling"])


def _end(stop: Callable[[list[float]], Any], curve: np.ndarray) -> int | None:
    for number in range(1, len(curve) + 1):
        if bool(stop([float(one) for one in curve[:number]])):
            return number
    return None


def _early(end: int, turning: int | None, higher: bool) -> Finding:
    return RULE.finding(
        Severity.ERROR,
        f"Early stopping ends a training after {end} evaluations that got better every time",
        evidence=[
            Evidence("evaluations until it stops, each better than the last", str(end), "never"),
            Evidence(f"until it stops where they get worse from {_BEST} on", str(turning or "never"), f"after {_BEST}"),
        ],
        cause=f"It waits for the wrong direction: the values given are better when {'higher' if higher else 'lower'}; "
        "or its patience is 0.",
        fix="stop = len(history) - 1 - int(np.argmin(history)) >= patience (argmax for scores)",
        remedy="usual-stop",
        key="loop.stops-early",
        others=() if higher else ("scores are watched, and higher_is_better=True is not declared",),
    )


def _never(higher: bool) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        f"Early stopping goes on for {_LOOKS - _BEST} evaluations after the best",
        evidence=[Evidence(f"evaluations until it stops where {_BEST} was the best", f"more than {_LOOKS}", "fewer")],
        cause="The patience is longer than any training, or it compares with the last value, not with the best; values "
        f"given are better when {'higher' if higher else 'lower'}.",
        fix="A patience of 10 to 50 evaluations, against the best so far",
        remedy="usual-stop",
        key="loop.never-stops",
    )


def _impatient(end: int) -> Finding:
    return RULE.finding(
        Severity.WARNING,
        f"Early stopping ends at a first wobble, after {end} evaluations of an improving training",
        evidence=[
            Evidence("evaluations until it stops, one in seven a little worse", str(end), f"more than {_LOOKS // 2}")
        ],
        cause="The patience is 0 or 1: validation losses wobble from one evaluation to the next.",
        fix="A patience of 10 or more evaluations",
        remedy="usual-stop",
        key="loop.impatient",
    )


RULE = Rule("T108", "stops-in-time", "Early stopping ends at the right time", Group.LOOP, ("stop",), check)
