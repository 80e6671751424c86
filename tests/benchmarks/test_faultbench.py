"""The benchmark of planted faults: its arithmetic, its catalogue, and a few of its instances."""

import numpy as np
import pytest

from benchmarks.faultbench import advice, score
from benchmarks.faultbench.faults import FAULTS
from benchmarks.faultbench.harm import sign_flip
from benchmarks.faultbench.instances import Instance, clean, faulty
from benchmarks.faultbench.programs import PROGRAMS
from benchmarks.faultbench.run import one
from benchmarks.faultbench.training import ordinary_step, start, trained, true_score
from benchmarks.faultbench.truth import CAUSES, right

CHEAP = ("regression-friedman", "logistic-cancer")
FEW = ("L03-sign", "L06-broadcast", "O05-climbs", "D20-nan", "T05-other-targets", "E03-broadcast", "L01-double-sigmoid")


def test_every_fault_has_a_truth_and_programs_that_exist() -> None:
    assert {fault.name for fault in FAULTS} == set(CAUSES)
    assert all(name in PROGRAMS for fault in FAULTS for name in fault.programs)


def test_the_numbers_that_were_asked_for() -> None:
    assert len(list(faulty())) >= 200
    assert len(list(clean())) >= 300
    assert len(PROGRAMS) >= 12
    assert {one.half for one in faulty()} == {"dev", "test"}


def test_names_are_unique() -> None:
    names = [one.name for one in (*clean(), *faulty())]
    assert len(names) == len(set(names))


def test_a_cause_is_right_by_key_beginning_or_code() -> None:
    assert right("D20-sentinel", "data.sentinel.age", "D105")
    assert right("D28-too-few", "anything", "D123")
    assert not right("D20-sentinel", "data.sentinels", "D105")


def test_the_interval_of_a_share_is_wilsons() -> None:
    low, high = score.wilson(190, 200)
    assert (low, high) == pytest.approx((0.9104, 0.9726), abs=1e-4)  # by statsmodels' proportion_confint


def test_flipped_signs() -> None:
    assert sign_flip([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]) == pytest.approx(1 / 64)
    assert sign_flip([1.0, -1.0, 1.0, -1.0]) == pytest.approx(11 / 16)


def test_what_the_clean_twin_shows_is_no_detection() -> None:
    alarm = {"code": "L102", "key": "loss.sign", "severity": "error"}
    instance = next(one for one in faulty() if one.fault is not None and one.fault.name == "L03-sign")
    line = {"causes": [alarm], "seconds": 0.0}
    assert score.verdict(instance, line, {"causes": []}).place == 0
    assert not score.verdict(instance, line, line).detected


def test_a_clean_training_learns() -> None:
    training = PROGRAMS["logistic-cancer"].make(0)
    assert true_score(training, trained(training)) > true_score(training, start(training, 0)) + 0.2


def test_equal_pieces_share_a_compiled_step() -> None:
    first, second = (PROGRAMS["mlp-digits"].make(seed) for seed in (0, 1))
    assert ordinary_step(first) is ordinary_step(second)
    assert not np.array_equal(first.train.inputs, second.train.inputs)


@pytest.mark.slow
@pytest.mark.parametrize("program", CHEAP)
def test_planted_faults_are_found_and_clean_trainings_are_not_accused(program: str) -> None:
    twins = [Instance(program, None, None, seed) for seed in range(2)]
    lines = {twin.name: one(twin) for twin in twins}
    assert not any(cause["severity"] == "error" for line in lines.values() for cause in line["causes"])
    planted = [one for one in faulty() if one.program == program and one.fault and one.fault.name in FEW]
    assert len(planted) >= 3
    for instance in planted:
        found = score.verdict(instance, one(instance), lines[twins[0].name])
        assert found.detected, instance.name
        assert found.place in (0, 1, 2), (instance.name, found.first)


def test_advice_is_asked_of_one_fault_of_each_kind_that_harms_the_score() -> None:
    drawn = advice.sample(faulty())
    kinds = [one.fault.name for one in drawn if one.fault is not None]
    assert sorted(kinds) == sorted(fault.name for fault in FAULTS if fault.harms == "score")
    assert drawn == advice.sample(faulty())


def test_the_advice_for_a_sign_repairs_it_in_a_loop_of_ones_own() -> None:
    instance = next(one for one in faulty() if one.name == "L03-sign/logistic-cancer/None/0")
    fixed, remedy, along = advice.cured(instance.make(), "L102", "loss.sign")
    assert (remedy, along) == ("reverse-loss", True)
    assert fixed is not None
    assert fixed.pipeline.step is None  # the loss of an own step is out of reach: network, loss and optimiser alone


def test_what_was_not_repaired_is_told() -> None:
    known = [
        {"name": "a", "code": "L101", "remedy": "usual-loss", "repaired": True},
        {"name": "b", "code": "", "remedy": "", "repaired": False},
    ]
    said = advice.told(known)
    assert said.startswith("1 of 2 faults are repaired: 50.0%")
    assert "a remedy could be applied to 1" in said
    assert "b" in said.splitlines()[-1]
