"""Schedulers over a compiled population: the places of those that were stopped are freed, and nobody notices."""

import math

import numpy as np
import pytest
from tests.train.population.trials import effort, plan, population

from piste.core.studies import TrialRecord, TrialStatus
from piste.nn.zoo.mlp import mlp
from piste.train.population import Member, Population
from piste.tune import catalog
from piste.tune.chunk import Chunk, unheard
from piste.tune.objective import Objective
from piste.tune.training import Cohort, Rule, train_chunk

COUNT, ROUNDS = 24, 9


def members() -> list[Member]:
    network = plan(mlp(3, (8,), dropout=0.1, batch_norm=False))
    return [Member(number, network, effort(ROUNDS, rate=1e-4 * 1.3**number), 0) for number in range(COUNT)]


def places(made: Population) -> list[int]:
    """Return how many places each block has in all, free or not."""
    return [len(block.courses) for group in made._groups for block in group.blocks]


class Watched:
    """Hands a population on, and notes how many places are trained before each call."""

    def __init__(self, made: Population) -> None:
        self.made, self.seen = made, [sum(places(made))]
        self.stopped, self.adopt = made.stopped, made.adopt

    def advance(self, until):  # type: ignore[no-untyped-def]
        self.seen.append(sum(places(self.made)))
        return self.made.advance(until)

    def keep(self, numbers):  # type: ignore[no-untyped-def]
        self.made.keep(numbers)


def trained(scheduler: str) -> tuple[tuple[TrialRecord, ...], Watched]:
    watched = Watched(population(members()))
    trials = tuple(TrialRecord(one, {}, (), TrialStatus.RUNNING) for one in range(COUNT))
    rule = Rule(catalog.scheduler(scheduler), Objective(higher_is_better=True), ROUNDS)
    cohort = Cohort(watched, dict.fromkeys(range(COUNT), ROUNDS))
    return train_chunk(Chunk(trials), [cohort], rule, unheard), watched


@pytest.fixture(scope="module")
def everybody() -> tuple[TrialRecord, ...]:
    return trained("none")[0]


@pytest.mark.parametrize("scheduler", ["halving", "hyperband", "median"])
def test_those_that_go_on_move_together(scheduler: str, everybody: tuple[TrialRecord, ...]) -> None:
    ended, watched = trained(scheduler)
    assert watched.seen[-1] < watched.seen[0]
    assert watched.seen == sorted(watched.seen, reverse=True)
    stopped = [one for one in ended if one.status is TrialStatus.STOPPED]
    assert stopped
    going = sum(len(one.losses) == ROUNDS for one in ended)
    assert 0 < going < COUNT
    for one, alone in zip(ended, everybody, strict=True):
        np.testing.assert_array_equal(one.losses, alone.losses[: len(one.losses)])
        assert math.isfinite(one.losses[-1])
