"""Successive halving and Hyperband, as workers that do not wait for each other can do it.

At every rung the best third goes on (Jamieson & Talwalkar 2016). A trial is compared with all that have reached the
rung so far, whenever they did, so that nobody waits (ASHA, Li et al. 2020). Hyperband does not know how early a curve
tells: it divides the trials among brackets, whose first rung comes the later the higher their number (Li et al. 2018).
"""

import math
from collections.abc import Mapping

from piste.tune.schedulers.scheduler import Curves, Scheduler, at

FACTOR = 3  # one in so many goes on, and trains so many times as long
FIRST = 1  # round of the first rung of bracket 0


def rungs(rounds: int, number: int = 0) -> tuple[int, ...]:
    """Return 1, 3, 9 and so on, below `rounds`."""
    return tuple(FIRST * FACTOR**step for step in range(_count(rounds)))


def survives(curves: Curves, number: int, rung: int, rounds: int) -> bool:
    """Return whether trial `number` is among the best third of those at the rung; the first to come always is."""
    return _among_the_best(at(curves, rung), number)


def _among_the_best(losses: Mapping[int, float], number: int) -> bool:
    if not math.isfinite(losses[number]):
        return False
    better = sum((loss, other) < (losses[number], number) for other, loss in losses.items())
    return better < max(math.ceil(len(losses) / FACTOR), 1)


def bracket(rounds: int, number: int) -> int:
    """Return the bracket of trial `number`, each getting as many trials as it can pay for with one and the same budget.

    Bracket s, falling from S, has ceil((S + 1) / (s + 1) 3^s) trials (Li et al. 2018, algorithm 1).
    """
    last = _count(rounds)
    shares = [math.ceil((last + 1) / (one + 1) * FACTOR**one) for one in range(last, -1, -1)]
    place = number % sum(shares)
    return next(index for index in range(last + 1) if place < sum(shares[: index + 1]))


def hyperband_rungs(rounds: int, number: int) -> tuple[int, ...]:
    """Return the rungs of the bracket that trial `number` belongs to; those of the last bracket are never judged."""
    return rungs(rounds)[bracket(rounds, number) :]


def hyperband_survives(curves: Curves, number: int, rung: int, rounds: int) -> bool:
    """Return whether trial `number` is among the best third of its own bracket at the rung."""
    own = bracket(rounds, number)
    losses = {other: loss for other, loss in at(curves, rung).items() if bracket(rounds, other) == own}
    return _among_the_best(losses, number)


def _count(rounds: int) -> int:
    return max(math.ceil(math.log(max(rounds, 1) / FIRST, FACTOR) - 1e-9), 0)


HALVING = Scheduler("halving", "the best third goes on after rounds 1, 3, 9 ...", rungs, survives)
HYPERBAND = Scheduler("hyperband", "halving from several first rungs", hyperband_rungs, hyperband_survives)
