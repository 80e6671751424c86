from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from tests.train.population.trials import alone, assert_close, assert_equal_to_alone, curves, effort, plan, population

from piste.core.errors import SettingError
from piste.nn.dropout import Dropout
from piste.nn.losses import CrossEntropy
from piste.nn.sequential import Sequential
from piste.nn.zoo.mlp import mlp
from piste.train.averaging import Averaging
from piste.train.optimisers import Optimiser
from piste.train.population import Member, Population
from piste.train.population.blocks import pace_of
from piste.train.population.programs import training


def member(number: int, seed: int = 0, share: float | None = None, **more: Any) -> Member:
    """A member whose optimiser and dropout depend on `share`, by default on its number."""
    place = number / 10 if share is None else share
    network = mlp(3, (8,), dropout=0.1 + 0.2 * place, batch_norm=False)
    optimiser = Optimiser("adamw", weight_decay=place, beta2=0.99 + 0.009 * place, momentum=0.5 + 0.4 * place)
    own = plan(
        network, optimiser=optimiser, loss=CrossEntropy(0.1 * place), averaging=Averaging("ema", 0.8 + place / 9)
    )
    return Member(number, own, effort(**{"rate": 1e-3 + 1e-3 * number, **more}), seed)


@pytest.fixture(scope="module")
def members() -> Sequence[Member]:
    return [member(number, epochs=10 + number % 3) for number in range(11)]


@pytest.fixture(scope="module")
def finished(members: Sequence[Member]) -> Population:
    made = population(members)
    made.advance({one.number: 1000 for one in members})
    return made


def test_a_member_equals_the_same_trial_trained_alone(finished: Population, members: Sequence[Member]) -> None:
    assert_equal_to_alone(finished, members[10])


def test_all_members_are_trained_by_one_program(finished: Population) -> None:
    (group,) = finished._groups
    compiled: Any = training(group.program.template, "in step")
    assert compiled._cache_size() == 1


def test_members_advance_as_far_as_asked_and_records_are_given_once(members: Sequence[Member]) -> None:
    made = population(members)
    first = made.advance({0: 3, 1: 1})
    assert [record.epoch for record in first[0]] == [1, 2, 3]
    assert [record.epoch for record in first[1]] == [1]
    assert made.advance({0: 3}) == {0: ()}
    second = made.advance({0: 1000, 2: 2})
    assert [record.epoch for record in second[0]] == list(range(4, 11))
    assert made.stopped(0) == "epochs"
    assert made.stopped(2) == ""
    assert (*first[0], *second[0]) == made.fitted(0).epochs


def test_in_pieces_or_at_once_is_the_same(finished: Population, members: Sequence[Member]) -> None:
    made = population(members)
    for until in (1, 4, 5, 1000):
        made.advance({5: until, 6: 1000})
    np.testing.assert_array_equal(curves(made.fitted(5)), curves(finished.fitted(5)))


def test_forgotten_members_leave_the_others_as_they_were(finished: Population, members: Sequence[Member]) -> None:
    made = population(members)
    made.advance({one.number: 2 for one in members})
    made.keep([3, 8, 9])
    assert sum(course is not None for group in made._groups for block in group.blocks for course in block.courses) == 3
    made.advance({3: 1000, 8: 1000, 9: 1000})
    for number in (3, 8, 9):
        np.testing.assert_array_equal(curves(made.fitted(number)), curves(finished.fitted(number)))
        assert_close(made.fitted(number).parameters, finished.fitted(number).parameters)
    with pytest.raises(SettingError, match="There is no member 4"):
        made.fitted(4)
    made.keep([])
    assert made.advance({}) == {}


def test_one_that_diverges_harms_no_neighbour(finished: Population, members: Sequence[Member]) -> None:
    wild = member(1, share=0.1, rate=1e38)
    made = population([members[0], wild, *members[2:]])
    made.advance({one.number: 1000 for one in members})
    assert made.stopped(1) == "diverged"
    assert len(made.fitted(1).epochs) == 1
    for number in (0, 2, 9):
        np.testing.assert_array_equal(curves(made.fitted(number)), curves(finished.fitted(number)))


@pytest.mark.parametrize("pace", ["in turn", "unevenly"])
def test_one_that_diverges_harms_no_neighbour_at_any_pace(pace: str) -> None:
    def one(number: int, rate: float) -> Member:
        activation = ("relu", "tanh")[number % 2 if pace == "in turn" else 0]
        network = mlp(3, (8,), dropout=0.2, activation=activation, batch_norm=False)
        size = (40, 25)[number % 2] if pace == "unevenly" else 32
        return Member(number, plan(network), effort(5, rate, batch_size=size), 0)

    found = []
    for rate in (1e-3, 1e38):
        made = population([one(0, 1e-3), one(1, rate), one(2, 2e-3), one(3, 1e-3)])
        (group,) = made._groups
        courses = [course for block in group.blocks for course in block.courses if course]
        assert pace_of(group.program.template, courses) == pace
        made.advance(dict.fromkeys(range(4), 1000))
        found.append(made)
    tame, wild = found
    assert wild.stopped(1) == "diverged"
    for number in (0, 2, 3):
        np.testing.assert_array_equal(curves(wild.fitted(number)), curves(tame.fitted(number)))


def test_members_stop_on_their_own(members: Sequence[Member]) -> None:
    patient = member(1, share=0.1, rate=0.3, epochs=40, patience=2)
    pleased = member(2, share=0.2, target=0.4)
    made = population([members[0], patient, pleased])
    made.advance({0: 1000, 1: 1000, 2: 1000})
    assert [made.stopped(number) for number in range(3)] == ["epochs", "patience", "target"]
    assert len(made.fitted(1).epochs) == len(alone(patient).epochs)
    *before, last = [record.validation_metric for record in made.fitted(2).epochs]
    assert max(before, default=0.0) < 0.4 <= last
    assert made.advance({1: 1000}) == {1: ()}


def test_who_adopts_goes_on_from_where_the_other_stands(members: Sequence[Member]) -> None:
    made = population(members)
    made.advance({one.number: 4 for one in members})
    same = Member(0, members[7].plan, members[7].effort, members[7].seed)
    made.adopt(0, 7, same)
    faster = member(1, share=0.9, rate=0.02)
    made.adopt(1, 7, faster)
    made.advance({0: 1000, 1: 1000, 7: 1000})
    np.testing.assert_array_equal(curves(made.fitted(0)), curves(made.fitted(7)))
    assert_close(made.fitted(0).parameters, made.fitted(7).parameters)
    np.testing.assert_array_equal(curves(made.fitted(1))[:4], curves(made.fitted(7))[:4])
    assert made.fitted(1).epochs[5].learning_rate == pytest.approx(faster.effort.rates[6 * 5 - 1])
    assert np.all(curves(made.fitted(1))[4:, 1] != curves(made.fitted(7))[4 : len(made.fitted(1).epochs), 1])


def test_who_needs_another_program_cannot_adopt(members: Sequence[Member]) -> None:
    made = population(members[:2])
    other = Member(1, plan(Sequential((Dropout(0.5), *mlp(3, (8,)).layers))), members[1].effort, 0)
    with pytest.raises(SettingError, match="Member 1 cannot go on from member 0"):
        made.adopt(1, 0, other)


def test_numbers_are_different(members: Sequence[Member]) -> None:
    with pytest.raises(SettingError, match="different numbers"):
        population([members[0], members[0]])
