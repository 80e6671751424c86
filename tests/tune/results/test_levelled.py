"""Losses of stopped trials beside those of trials that went on."""

import pytest

from piste.core.studies import TrialRecord, TrialStatus
from piste.tune.results.levelled import levelled


def trial(number: int, losses: tuple[float, ...], status: TrialStatus = TrialStatus.FINISHED) -> TrialRecord:
    return TrialRecord(number, {}, (), status, losses, loss=min(losses))


def test_a_stopped_trial_falls_as_the_others_did_from_its_round() -> None:
    whole = [trial(0, (1.0, 0.5, 0.25)), trial(1, (2.0, 1.0, 1.0)), trial(2, (4.0, 2.0, 1.0))]
    found = levelled([*whole, trial(3, (8.0,), TrialStatus.STOPPED), trial(4, (6.0, 3.0), TrialStatus.STOPPED)])
    assert found == {3: pytest.approx(8.0 / 4), 4: pytest.approx(3.0 / 2)}


def test_losses_below_zero_are_moved_by_a_difference() -> None:
    found = levelled([trial(0, (1.0, -2.0)), trial(1, (3.0,), TrialStatus.STOPPED)])
    assert found == {1: 0.0}


def test_nobody_who_was_stopped_would_have_come_lower_than_the_best_who_went_on() -> None:
    whole = [trial(0, (1.0, 0.02)), trial(1, (0.5, 0.04)), trial(2, (0.4, 0.03))]
    found = levelled([*whole, trial(3, (0.1,), TrialStatus.STOPPED), trial(4, (2.0,), TrialStatus.STOPPED)])
    assert found == {3: pytest.approx(0.02), 4: pytest.approx(2.0 * 0.03 / 0.4)}


def test_without_anyone_who_went_on_there_is_nothing_to_go_by() -> None:
    assert levelled([trial(0, (1.0,)), trial(1, (2.0,), TrialStatus.STOPPED)]) == {}


def test_the_order_of_trials_stopped_together_stays() -> None:
    whole = [trial(number, (2.0 - number / 9, 1.0 - number / 10)) for number in range(5)]
    stopped = [trial(10 + number, (3.0 + number,), TrialStatus.STOPPED) for number in range(4)]
    found = levelled([*whole, *stopped])
    assert sorted(found.values()) == [found[number] for number in sorted(found)]
