import math

from piste.tune.schedulers.median import MEDIAN, NONE, survives


def test_by_hand() -> None:
    curves = {number: [1.0 - 0.1 * number] * 5 for number in range(7)}
    assert [number for number in curves if survives(curves, number, 5, 20)] == [3, 4, 5, 6]


def test_one_lucky_round_of_another_does_not_count() -> None:
    curves = {number: [1.0, 1.0, 1.0, 1.0, 0.1] for number in range(1, 7)}
    assert survives({0: [0.8] * 5, **curves}, 0, 5, 20)
    assert not survives({0: [0.9] * 5, **curves}, 0, 5, 20)


def test_too_few_others_judge_nobody() -> None:
    assert survives({0: [9.0] * 5, 1: [0.1] * 5}, 0, 5, 20)


def test_who_failed_stops() -> None:
    assert not survives({0: [math.inf] * 5}, 0, 5, 20)


def test_when_they_judge() -> None:
    assert MEDIAN.rungs(8, 0) == (5, 6, 7)
    assert NONE.rungs(8, 0) == ()
