"""Schedulers that give every trial a fair run: none, and the median rule."""

import bisect
import math
import statistics
from collections.abc import Collection, Sequence

from piste.tune.schedulers.scheduler import Curves, Scheduler

WARM_UP = 5  # rounds, and trials, before anybody is judged


def every_round(rounds: int, number: int) -> tuple[int, ...]:
    """Return the rounds from `WARM_UP` to the last but one."""
    return tuple(range(WARM_UP, rounds))


def survivors(curves: Curves, numbers: Collection[int], rung: int, rounds: int) -> set[int]:
    """Return those of `numbers` whose best loss so far is no worse than the median of the others' mean losses so far.

    The rule of Vizier (Golovin et al. 2017, section 3.2): a mean over rounds is no luck of one of them.
    """
    means = {other: statistics.fmean(losses[:rung]) for other, losses in curves.items() if len(losses) >= rung}
    ordered = sorted(means.values())
    return {number for number in numbers if _good_enough(min(curves[number][:rung]), means[number], ordered)}


def _good_enough(best: float, own: float, ordered: Sequence[float]) -> bool:
    """Return whether `best` is no worse than the median of the means `ordered` without the trial's `own`."""
    others = len(ordered) - 1
    if not math.isfinite(best) or others < WARM_UP:
        return math.isfinite(best)
    left_out = bisect.bisect_left(ordered, own)
    middle = [ordered[place + (place >= left_out)] for place in ((others - 1) // 2, others // 2)]
    return best <= sum(middle) / 2


def everybody(curves: Curves, numbers: Collection[int], rung: int, rounds: int) -> set[int]:
    """Return all of `numbers`."""
    return set(numbers)


NONE = Scheduler("none", "every trial trains to its end", lambda rounds, number: (), everybody)
MEDIAN = Scheduler("median", "who is worse than the median of the others stops", every_round, survivors)
