"""Successive halving and Hyperband, as workers that do not wait for each other can do it.

At every rung the best third goes on (Jamieson & Talwalkar 2016). A trial is compared with all that have reached the
rung so far, whenever they did, so that nobody waits (ASHA, Li et al. 2020). Hyperband does not know how early a curve
tells: it divides the trials among brackets, whose first rung comes the later the higher their number (Li et al. 2018).
"""

import math
from collections.abc import Collection, Mapping

from piste.tune.schedulers.scheduler import Curves, Scheduler, at

FACTOR = 3  # one in so many goes on, and trains so many times as long
FIRST = 1  # round of the first rung of bracket 0


def rungs(rounds: int, number: int = 0) -> tuple[int, ...]:
    """Return 1, 3, 9 and so on, below `rounds`."""
    return tuple(FIRST * FACTOR**step for step in range(_count(rounds)))


def survivors(curves: Curves, numbers: Collection[int], rung: int, rounds: int) -> set[int]:
    """Return those of `numbers` that are among the best third of those at the rung; the first to come always is."""
    return _best_third(at(curves, rung)) & set(numbers)


def _best_third(losses: Mapping[int, float]) -> set[int]:
    ranked = sorted((loss, number) for number, loss in losses.items() if math.isfinite(loss))
    return {number for _, number in ranked[: max(math.ceil(len(losses) / FACTOR), 1)]}


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


def hyperband_survivors(curves: Curves, numbers: Collection[int], rung: int, rounds: int) -> set[int]:
    """Return those of `numbers` that are among the best third of their own bracket at the rung."""
    brackets: dict[int, dict[int, float]] = {}
    for number, loss in at(curves, rung).items():
        brackets.setdefault(bracket(rounds, number), {})[number] = loss
    return set().union(*map(_best_third, brackets.values())) & set(numbers)


def _count(rounds: int) -> int:
    return max(math.ceil(math.log(max(rounds, 1) / FIRST, FACTOR) - 1e-9), 0)


HALVING = Scheduler("halving", "the best third goes on after rounds 1, 3, 9 ...", rungs, survivors)
HYPERBAND = Scheduler("hyperband", "halving from several first rungs", hyperband_rungs, hyperband_survivors)
