"""Schedulers that give every trial a fair run: none, and the median rule."""

import math
import statistics

from piste.tune.schedulers.scheduler import Curves, Scheduler

WARM_UP = 5  # rounds, and trials, before anybody is judged


def every_round(rounds: int, number: int) -> tuple[int, ...]:
    """Return the rounds from `WARM_UP` to the last but one."""
    return tuple(range(WARM_UP, rounds))


def survives(curves: Curves, number: int, rung: int, rounds: int) -> bool:
    """Return whether the best loss of trial `number` so far is below the median of the others' mean losses so far.

    The rule of Vizier (Golovin et al. 2017, section 3.2): a mean over rounds is no luck of one of them.
    """
    best = min(curves[number][:rung])
    if not math.isfinite(best):
        return False
    others = [losses[:rung] for other, losses in curves.items() if other != number and len(losses) >= rung]
    means = [statistics.fmean(one) for one in others]
    return len(means) < WARM_UP or best <= statistics.median(means)


NONE = Scheduler("none", "every trial trains to its end", lambda rounds, number: (), lambda *_: True)
MEDIAN = Scheduler("median", "who is worse than the median of the others stops", every_round, survives)
