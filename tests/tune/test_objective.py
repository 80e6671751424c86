import dataclasses
import math
from typing import Any

import pytest

from piste.core.studies import DimensionRecord, StudyRecord, TrialRecord, TrialStatus
from piste.tune.objective import Objective


def trial(number: int, score: float | None, loss: float | None = 1.0, **more: Any) -> TrialRecord:
    return TrialRecord(number, {}, (0.5,), TrialStatus.FINISHED, score=score, loss=loss, **more)


@pytest.mark.parametrize(("higher", "order"), [(True, [2, 1, 0]), (False, [0, 1, 2])])
def test_trials_are_ranked_by_their_score(higher: bool, order: list[int]) -> None:
    trials = [trial(0, 0.1), trial(1, 0.5), trial(2, 0.9), trial(3, None), trial(4, math.nan)]
    assert [one.number for one in Objective(higher).ranked(trials)] == order


def test_equal_scores_are_told_apart_by_the_loss() -> None:
    trials = [trial(0, 0.9, 0.5), trial(1, 0.9, 0.3), trial(2, 0.9, None), trial(3, 0.9, 0.3)]
    assert [one.number for one in Objective(True).ranked(trials)] == [1, 3, 0, 2]


def test_samplers_are_told_of_ended_trials_lower_is_better() -> None:
    trials = [trial(0, 0.9, 0.2), dataclasses.replace(trial(1, 0.5), status=TrialStatus.RUNNING), trial(2, None, None)]
    told = Objective(True).told(trials)
    assert [(one.number, one.loss, one.tie) for one in told] == [(0, -0.9, 0.2), (2, math.inf, math.inf)]


def test_losses_of_different_kinds_are_not_compared(study: StudyRecord) -> None:
    assert Objective.of(study) == Objective(True, by_loss=True)
    varied = dataclasses.replace(study, dimensions=(DimensionRecord("smoothing", "smoothing", "uniform(0, 0.2)"),))
    assert Objective.of(varied) == Objective(True, by_loss=False)
    one = trial(0, 0.9, losses=(0.5, math.nan), metrics=(0.8, 0.9))
    assert Objective(True).curve(one) == (0.5, math.inf)
    assert Objective(True, by_loss=False).curve(one) == (-0.8, -0.9)
    assert Objective(False, by_loss=False).curve(one) == (0.8, 0.9)
