"""Population-based training (Jaderberg et al. 2017): the worst go on from the best ones' weights, a little changed.

After every tenth of the rounds, the worst quarter of the trials that share a program take over weights, optimiser and
settings of one of the best quarter, and move each setting that may change within a training a little, on its own
scale. What such a trial was before is lost: its curve is that of the weights it has.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from piste.core.keys import generator
from piste.core.studies import TrialRecord
from piste.train.population import Member
from piste.tune.objective import Objective
from piste.tune.priors import Choice
from piste.tune.schedulers.median import everybody
from piste.tune.schedulers.scheduler import Scheduler
from piste.tune.space import Space
from piste.tune.training import Cohort, heard

TURNS = 10  # of a training
SHARE = 4  # one in so many is replaced
STEP = 0.1  # standard deviation of a move, as a share of the range

MOVABLE = frozenset({
    "learning_rate", "momentum", "beta2", "weight_decay", "l1", "l2", "clip", "clip_value", "dropout", "smoothing",
    "gamma", "margin", "delta",
})  # fmt: skip
"""Settings that may change within a training; those of the network and of the batches are taken over as they are."""


def turns(rounds: int, number: int) -> tuple[int, ...]:
    """Return the rounds after which trials are compared."""
    step = max(rounds // TURNS, 1)
    return tuple(range(step, rounds, step))


EVERY_TURN = Scheduler("pbt", "the worst go on from the best ones' weights", turns, everybody)


@dataclass(frozen=True)
class Exploring:
    """What happens between two turns. `member` makes of a trial what the engine trains."""

    space: Space
    seed: int
    objective: Objective
    member: Callable[[TrialRecord], Member]

    def __call__(self, cohort: Cohort, records: dict[int, TrialRecord]) -> None:
        """Let the worst members of a cohort go on from the best, and change their records."""
        standing = [number for number in cohort.going if cohort.done(number) < cohort.rounds[number]]
        ranked = sorted(standing, key=lambda number: (self.objective.curve(records[number])[-1], number))
        count = len(ranked) // SHARE
        for place, number in enumerate(ranked[len(ranked) - count :]):
            source = ranked[place]
            if math.isfinite(self.objective.curve(records[source])[-1]):
                self._take_over(cohort, records, number, source)

    def _take_over(self, cohort: Cohort, records: dict[int, TrialRecord], number: int, source: int) -> None:
        places = self.moved(records[source], number, cohort.done(source))
        new = replace(records[number], settings=self.space.point(places), places=places, parent=source,
                      note=f"from trial {source} after round {cohort.done(source)}")  # fmt: skip
        cohort.population.adopt(number, source, self.member(new))
        cohort.epochs[number] = list(cohort.epochs[source])
        records[number] = heard(new, cohort.epochs[number])

    def moved(self, source: TrialRecord, number: int, done: int) -> tuple[float, ...]:
        """Return the places of `source`, those of settings that may change moved a little, inside the range."""
        steps = generator(self.seed, "pbt", number, done).normal(0.0, STEP, len(self.space))
        return tuple(
            _inside(place + step) if _movable(dimension.name, dimension.prior) else place
            for dimension, place, step in zip(self.space.dimensions, source.places, steps.tolist(), strict=True)
        )


def _movable(name: str, prior: object) -> bool:
    return name in MOVABLE and not isinstance(prior, Choice)


def _inside(place: float) -> float:
    """Return `place`, thrown back from the walls at 0 and 1."""
    folded = abs(place) % 2.0
    return min(2.0 - folded if folded > 1.0 else folded, math.nextafter(1.0, 0.0))
