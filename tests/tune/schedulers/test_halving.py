import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.tune.schedulers.halving import bracket, hyperband_rungs, hyperband_survivors, rungs, survivors


def test_by_hand() -> None:
    assert rungs(81) == (1, 3, 9, 27)
    assert rungs(50) == (1, 3, 9, 27)
    assert rungs(1) == ()
    curves = {0: [0.9], 1: [0.5], 2: [0.7], 3: [0.6]}
    assert survivors(curves, [0, 1, 2, 3], 1, 81) == {1, 3}
    assert survivors(curves, [0, 3], 1, 81) == {3}


@given(st.lists(st.floats(0, 9), min_size=1, max_size=30))
def test_a_third_goes_on(losses: list[float]) -> None:
    curves = {number: [loss] for number, loss in enumerate(losses)}
    kept = survivors(curves, list(curves), 1, 81)
    assert len(kept) == math.ceil(len(losses) / 3)
    assert max(losses[number] for number in kept) <= min(
        (loss for number, loss in enumerate(losses) if number not in kept), default=math.inf
    )


def test_who_failed_stops() -> None:
    assert not survivors({0: [math.inf], 1: [math.nan]}, [0, 1], 1, 81)
    assert survivors({0: [math.nan], 1: [9.0]}, [0, 1], 1, 81) == {1}


def test_brackets_are_those_of_the_paper() -> None:
    # Li et al. 2018, algorithm 1 with R = 81 and a factor of 3: 81, 34, 15, 8 and 5 trials.
    counts = Counter(bracket(81, number) for number in range(143))
    assert [counts[index] for index in range(5)] == [81, 34, 15, 8, 5]
    assert [hyperband_rungs(81, number) for number in (0, 81, 115, 130, 138)] == [
        (1, 3, 9, 27), (3, 9, 27), (9, 27), (27,), ()
    ]  # fmt: skip


def test_a_bracket_is_judged_by_itself() -> None:
    late = next(number for number in range(200) if bracket(81, number) == 1)
    curves = {0: [0.1] * 3, late: [0.9] * 3}
    assert hyperband_survivors(curves, [late], 3, 81) == {late}
    assert not survivors(curves, [late], 3, 81)


@pytest.mark.parametrize("rounds", [1, 2, 3, 10, 1000])
def test_no_rung_beyond_the_end(rounds: int) -> None:
    assert all(rung < rounds for number in range(50) for rung in hyperband_rungs(rounds, number))
