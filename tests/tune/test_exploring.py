"""Population-based training, with real members: a rate that is far too low is left for one that learns."""

import numpy as np
import pytest

from piste.core.records import Task
from piste.core.studies import TrialRecord, TrialStatus
from piste.nn.dense import Dense
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import right_class
from piste.nn.sequential import Sequential
from piste.train.examples import Examples
from piste.train.fit import Shown
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.population import Member, Population
from piste.train.timeline import Effort
from piste.tune.chunk import Chunk, unheard
from piste.tune.exploring import EVERY_TURN, STEP, Exploring
from piste.tune.objective import Objective
from piste.tune.priors import choice, log, uniform
from piste.tune.space import Space
from piste.tune.training import Cohort, Rule, train_chunk

ROUNDS = 10
SPACE = Space.of({"learning_rate": log(1e-5, 1.0), "hidden": choice((4,), (8,)), "weight_decay": uniform(0, 0.1)})
DRAWS = np.random.default_rng(0)
INPUTS = DRAWS.normal(size=(80, 4)).astype(np.float32)
CLASSES = (INPUTS[:, 0] > 0).astype(np.int32)
TRAIN, VALIDATION = Examples(INPUTS[:50], CLASSES[:50]), Examples(INPUTS[50:], CLASSES[50:])
MODEL = Sequential((Dense(2),))


def member(trial: TrialRecord) -> Member:
    plan = Plan(MODEL, (4,), CrossEntropy(), right_class, Optimiser("sgd"))
    rates = np.full(ROUNDS * 5, trial.settings["learning_rate"], np.float32)
    return Member(trial.number, plan, Effort(ROUNDS, 10, rates), seed=0)


EXPLORING = Exploring(SPACE, 0, Objective(True), member)


def trials() -> tuple[TrialRecord, ...]:
    places = [(place, 0.25, 0.5) for place in (0.9, 0.85, 0.1, 0.05)]
    return tuple(TrialRecord(n, SPACE.point(row), row, TrialStatus.RUNNING) for n, row in enumerate(places))


def test_who_does_badly_goes_on_from_who_does_well() -> None:
    population = Population(
        [member(one) for one in trials()], TRAIN, VALIDATION, task=Task.TWO_CLASS, metric=Shown("accuracy")
    )
    cohort = Cohort(population, dict.fromkeys(range(4), ROUNDS))
    rule = Rule(EVERY_TURN, Objective(True), ROUNDS)
    ended = train_chunk(Chunk(trials()), [cohort], rule, unheard, EXPLORING)
    assert {one.status for one in ended} == {TrialStatus.FINISHED}
    assert all(len(one.losses) == ROUNDS for one in ended)
    for slow in ended[2:]:
        assert slow.parent is not None
        assert slow.note.startswith(f"from trial {slow.parent} after round ")
        assert slow.settings["learning_rate"] > 1e-3
        assert slow.losses[-1] < 0.6  # alone, it would stand where it began, at 0.69
        assert slow.settings == SPACE.point(slow.places)


def test_only_what_may_change_is_moved_and_stays_inside() -> None:
    source = trials()[0]
    moved = np.array([EXPLORING.moved(source, number, 3) for number in range(200)])
    assert ((moved >= 0) & (moved < 1)).all()
    assert (moved[:, 1] == 0.25).all()
    assert np.std(moved[:, 2]) == pytest.approx(STEP, rel=0.2)
    assert EXPLORING.moved(source, 7, 3) == EXPLORING.moved(source, 7, 3)
    assert EXPLORING.moved(source, 7, 3) != EXPLORING.moved(source, 7, 4)
