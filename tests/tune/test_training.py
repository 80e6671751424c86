import math
from collections.abc import Callable, Mapping, Sequence

import pytest

from piste.core.records import EpochRecord
from piste.core.studies import TrialRecord, TrialStatus
from piste.train.population import Member
from piste.tune import catalog
from piste.tune.chunk import Chunk, unheard
from piste.tune.objective import Objective
from piste.tune.training import Cohort, Rule, train_chunk

OBJECTIVE = Objective(higher_is_better=True)


def epoch(number: int, loss: float) -> EpochRecord:
    return EpochRecord(number, number, 0.0, loss, "accuracy", 1.0 / (1.0 + loss), 0.1, 0.0, 0.0)


class Formula:
    """Members whose validation loss after round r is `losses(number, r)`; not a number ends them."""

    def __init__(self, losses: Callable[[int, int], float], patience: int = 10**9) -> None:
        self._losses, self._patience = losses, patience
        self.done: dict[int, int] = {}
        self.kept: list[list[int]] = []

    def advance(self, until: Mapping[int, int]) -> dict[int, tuple[EpochRecord, ...]]:
        fresh = {}
        for number, goal in until.items():
            rounds = range(self.done.get(number, 0) + 1, goal + 1)
            fresh[number] = tuple(
                epoch(one, self._losses(number, one)) for one in rounds if not self._over(number, one)
            )
            self.done[number] = goal
        return fresh

    def _over(self, number: int, round_: int) -> bool:
        return any(math.isnan(self._losses(number, one)) for one in range(1, round_)) or round_ > self._patience

    def stopped(self, number: int) -> str:
        if any(math.isnan(self._losses(number, one)) for one in range(1, self.done[number] + 1)):
            return "diverged"
        return "patience" if self.done[number] >= self._patience else ""

    def keep(self, numbers: Sequence[int]) -> None:
        self.kept.append(list(numbers))

    def adopt(self, number: int, source: int, member: Member) -> None:
        raise AssertionError


def chunk(*numbers: int, told: Mapping[int, tuple[float, ...]] | None = None) -> Chunk:
    trials = tuple(TrialRecord(one, {}, (), TrialStatus.RUNNING) for one in numbers)
    return Chunk(trials, told or {})


def rule(scheduler: str, rounds: int = 9) -> Rule:
    return Rule(catalog.scheduler(scheduler), OBJECTIVE, rounds)


def test_all_train_to_their_own_end() -> None:
    population = Formula(lambda number, round_: 1.0 / round_ + abs(round_ - 5))
    ended = train_chunk(chunk(3, 5), [Cohort(population, {3: 4, 5: 9})], rule("none"), unheard)
    assert [one.status for one in ended] == [TrialStatus.FINISHED] * 2
    assert [len(one.losses) for one in ended] == [4, 9]
    assert [one.best_round for one in ended] == [4, 5]
    assert ended[1].loss == pytest.approx(0.2)
    assert ended[1].score == pytest.approx(1 / 1.2)
    assert population.kept == [[5]]


def test_the_best_third_goes_on_after_each_rung() -> None:
    population = Formula(lambda number, round_: number + 1.0 / round_)
    ended = train_chunk(chunk(*range(9)), [Cohort(population, dict.fromkeys(range(9), 9))], rule("halving"), unheard)
    assert [len(one.losses) for one in ended] == [9, 3, 3, 1, 1, 1, 1, 1, 1]
    assert [one.status for one in ended] == [TrialStatus.FINISHED, *[TrialStatus.STOPPED] * 8]
    assert population.kept == [[0, 1, 2], [0]]


def test_populations_meet_at_the_rungs() -> None:
    cohorts = [
        Cohort(Formula(lambda n, r: n + 1.0 / r), {0: 9, 4: 9}),
        Cohort(Formula(lambda n, r: n + 1.0 / r), {2: 9}),
    ]
    ended = train_chunk(chunk(0, 2, 4), cohorts, rule("halving"), unheard)
    assert [len(one.losses) for one in ended] == [9, 1, 1]


def test_earlier_trials_are_compared_with_too() -> None:
    told = {7: (0.1, 0.1, 0.1), 8: (0.2,), 9: (0.3,)}
    population = Formula(lambda number, round_: 1.0 + number)
    ended = train_chunk(chunk(0, 1, told=told), [Cohort(population, {0: 9, 1: 9})], rule("halving"), unheard)
    assert [len(one.losses) for one in ended] == [1, 1]


def test_one_that_diverges_leaves_the_others_alone() -> None:
    population = Formula(lambda number, round_: math.nan if number == 1 and round_ == 3 else 1.0 / round_)
    ended = train_chunk(chunk(0, 1), [Cohort(population, {0: 5, 1: 5})], rule("none", 5), unheard)
    assert [one.status for one in ended] == [TrialStatus.FINISHED, TrialStatus.DIVERGED]
    assert [len(one.losses) for one in ended] == [5, 3]
    assert (ended[1].best_round, ended[1].loss) == (2, 0.5)


def test_who_does_not_get_better_ends_by_itself() -> None:
    ended = train_chunk(
        chunk(0), [Cohort(Formula(lambda number, round_: 1.0, patience=4), {0: 9})], rule("none"), unheard
    )
    assert (ended[0].status, len(ended[0].losses)) == (TrialStatus.FINISHED, 4)


def test_what_happens_is_heard_and_looked_at() -> None:
    heard: list[TrialRecord] = []
    looked: list[int] = []

    def look(numbers: Sequence[int]) -> dict[int, str]:
        looked.extend(numbers)
        return {number: f"examples of {number}" for number in numbers}

    cohort = Cohort(Formula(lambda number, round_: number + 1.0 / round_), dict.fromkeys(range(3), 3), look)
    ended = train_chunk(chunk(0, 1, 2), [cohort], rule("halving", 3), heard.extend)
    assert sorted(looked) == [0, 1, 2]
    assert [one.examples for one in ended] == [f"examples of {number}" for number in range(3)]
    last = {one.number: one for one in heard}
    assert [last[number] for number in range(3)] == list(ended)
    over = [one.number for one in heard if one.status is not TrialStatus.RUNNING]
    assert sorted(over) == [0, 1, 2]  # each once


def test_raising_ends_the_chunk() -> None:
    def stop(trials: Sequence[TrialRecord]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_chunk(chunk(0), [Cohort(Formula(lambda number, round_: 1.0), {0: 9})], rule("none"), stop)
