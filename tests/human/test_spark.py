"""Sequences as lines of signs."""

import math

from hypothesis import given
from hypothesis import strategies as st

from piste.human.spark import spark

numbers = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=60)


def test_a_ramp_rises_through_all_signs() -> None:
    assert spark([1, 2, 3, 4, 5, 6, 7, 8], 8, 1) == ("▁▂▃▄▅▆▇█",) or spark(list(range(9)), 9, 1)[0][-1] == "█"
    top, bottom = spark([0.0, 1.0], 2, 2)
    assert (top, bottom) == (" █", "▁█")


def test_gaps_stay_and_level_values_lie_in_the_middle() -> None:
    assert spark([1.0, None, 2.0], 3, 1)[0][1] == " "
    assert spark([7.0, 7.0], 2, 1) == ("▄▄",)
    assert spark([], 10, 2) == ("", "")


@given(numbers, st.integers(1, 30), st.integers(1, 4))
def test_every_line_fits(values: list[float | None], width: int, height: int) -> None:
    lines = spark(values, width, height)
    assert len(lines) == height
    assert {len(line) for line in lines} == {min(width, len(values))}


def test_many_values_are_averaged() -> None:
    wave = [math.sin(at / 10) for at in range(1000)]
    (line,) = spark(wave, 50, 1)
    assert len(line) == 50
    assert len(set(line)) > 4
