"""Lines of equal height: on a plane they are the plane's own line, round a hill they close, and saddles are decided."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.report.panels.contours import lines


@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(-1, 1))
def test_on_a_plane_every_end_lies_on_the_line(a: float, b: float, level: float) -> None:
    x, y = np.linspace(-1, 1, 7), np.linspace(-1, 1, 5)
    heights = a * x[None, :] + b * y[:, None]
    for left, low, right, high in lines(x.tolist(), y.tolist(), heights.tolist(), level):
        assert a * left + b * low == pytest.approx(level, abs=1e-9)
        assert a * right + b * high == pytest.approx(level, abs=1e-9)


def test_the_line_round_a_hill_is_as_long_as_its_circle() -> None:
    x = np.linspace(-2, 2, 81).tolist()
    heights = [[left * left + low * low for left in x] for low in x]
    found = lines(x, x, heights, 1.013)
    length = sum(math.hypot(right - left, high - low) for left, low, right, high in found)
    assert length == pytest.approx(2 * math.pi * math.sqrt(1.013), rel=1e-3)
    ends = [(round(p[0], 9), round(p[1], 9)) for one in found for p in (one[:2], one[2:])]
    assert all(ends.count(end) == 2 for end in ends)


def test_a_saddle_joins_what_its_middle_joins() -> None:
    assert len(lines((0, 1), (0, 1), ((1, -1), (-1, 1)), 0.0)) == 2
    high = lines((0, 1), (0, 1), ((3, -1), (-1, 3)), 0.0)
    assert {(0.75, 0.0, 1.0, 0.25), (0.25, 1.0, 0.0, 0.75)} == set(high)


def test_nothing_is_drawn_where_a_height_is_no_number() -> None:
    assert lines((0, 1), (0, 1), ((1, math.nan), (-1, 1)), 0.0) == []
