"""Intervals of shares against SciPy, hand-worked numbers and their own promise."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from piste.human.shares import difference, needed, wilson


@given(st.integers(1, 400).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_the_interval_of_a_share_is_that_of_scipy(pair: tuple[int, int]) -> None:
    expected = binomtest(*pair).proportion_ci(method="wilson")
    found = wilson(*pair)
    assert found.value == pair[0] / pair[1]
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_without_examples_nothing_is_known() -> None:
    found = wilson(0, 0)
    assert math.isnan(found.value)
    assert (found.low, found.high) == (0.0, 1.0)


def test_the_interval_of_a_difference_is_the_one_worked_by_hand() -> None:
    # 12 and 5 of 50: shares 13/52 and 6/52, their difference 7/52, its error sqrt((19/52 - (7/52)^2) / 52).
    found = difference(12, 5, 50)
    error = math.sqrt((19 / 52 - (7 / 52) ** 2) / 52)
    assert found.value == pytest.approx(0.14)
    assert (found.low, found.high) == pytest.approx((7 / 52 - 1.959964 * error, 7 / 52 + 1.959964 * error), abs=1e-6)


def test_the_interval_of_a_difference_holds_what_it_promises() -> None:
    random = np.random.default_rng(0)
    drawn = random.multinomial(30, [0.2, 0.08, 0.72], size=4000)
    inside = [(found := difference(a, b, 30)).low <= 0.12 <= found.high for a, b, _ in drawn.tolist()]
    assert np.mean(inside) == pytest.approx(0.95, abs=0.02)


def test_equal_answers_leave_a_doubt() -> None:
    found = difference(0, 0, 20)
    assert found.value == 0
    assert -0.2 < found.low < 0 < found.high < 0.2


@pytest.mark.parametrize(("half_width", "share"), [(0.1, 0.5), (0.05, 0.5), (0.02, 0.9), (0.3, 0.99)])
def test_the_number_needed_is_the_least_that_does(half_width: float, share: float) -> None:
    def reach(rows: int) -> float:
        found = wilson(share * rows, rows)
        return (found.high - found.low) / 2

    rows = needed(half_width, share)
    assert reach(rows) <= half_width + 1e-9
    assert rows == 1 or reach(rows - 1) > half_width or wilson(share * (rows - 1), rows - 1).high == 1


def test_the_number_needed_is_near_the_one_of_the_textbook() -> None:
    assert needed(0.05) == pytest.approx(0.25 * (1.96 / 0.05) ** 2, rel=0.02)
