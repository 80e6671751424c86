import math
import statistics

from hypothesis import given
from hypothesis import strategies as st

from piste.tune.schedulers.median import MEDIAN, NONE, everybody, survivors

CURVES = st.lists(st.lists(st.floats(0, 9), min_size=5, max_size=7), min_size=1, max_size=12)


def test_by_hand() -> None:
    curves = {number: [1.0 - 0.1 * number] * 5 for number in range(7)}
    assert survivors(curves, list(curves), 5, 20) == {3, 4, 5, 6}
    assert survivors(curves, [0, 4], 5, 20) == {4}


@given(CURVES)
def test_it_is_the_median_of_the_others(losses: list[list[float]]) -> None:
    curves = dict(enumerate(losses))
    expected = set()
    for number, own in curves.items():
        others = [statistics.fmean(one[:5]) for other, one in curves.items() if other != number]
        if len(others) < 5 or min(own[:5]) <= statistics.median(others):
            expected.add(number)
    assert survivors(curves, list(curves), 5, 20) == expected


def test_one_lucky_round_of_another_does_not_count() -> None:
    curves = {number: [1.0, 1.0, 1.0, 1.0, 0.1] for number in range(1, 7)}
    assert survivors({0: [0.8] * 5, **curves}, [0], 5, 20) == {0}
    assert survivors({0: [0.9] * 5, **curves}, [0], 5, 20) == set()


def test_too_few_others_judge_nobody() -> None:
    assert survivors({0: [9.0] * 5, 1: [0.1] * 5}, [0], 5, 20) == {0}


def test_who_failed_stops() -> None:
    assert survivors({0: [math.inf] * 5}, [0], 5, 20) == set()


def test_when_they_judge() -> None:
    assert MEDIAN.rungs(8, 0) == (5, 6, 7)
    assert NONE.rungs(8, 0) == ()
    assert everybody({}, [1, 2], 5, 20) == {1, 2}
