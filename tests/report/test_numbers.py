"""Numbers as a person reads them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.records import Score
from piste.report import numbers


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (1, "1"),
        (0.12345, "0.123"),
        (1234.5, "1,230"),
        (-0.5, "-0.5"),
        (1e-7, "1e-7"),
        (2.5e12, "2.5e12"),
        (99.96, "100"),
        (math.nan, "–"),
        (math.inf, "–"),
        (None, "–"),
    ],
)
def test_number(value: float | None, shown: str) -> None:
    assert numbers.number(value) == shown


@given(st.floats(1e-4, 1e8) | st.floats(-1e8, -1e-4), st.integers(1, 6))
def test_a_number_is_within_half_of_its_last_digit(value: float, digits: int) -> None:
    shown = float(numbers.number(value, digits).replace(",", ""))
    assert abs(shown - value) <= 0.5000001 * 10 ** (math.floor(math.log10(abs(value))) - digits + 1)


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (0.9618, 0.9874, "0.962 to 0.987"),
        (600.12, 623.9, "600 to 624"),
        (-0.0471, -0.0094, "-0.047 to -0.009"),
        (0.5, 0.5, "0.5 to 0.5"),
        (math.nan, 1.0, "–"),
        (-math.inf, 1.0, "–"),
    ],
)
def test_an_interval_has_the_digits_its_width_justifies(low: float, high: float, shown: str) -> None:
    assert numbers.interval(low, high) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.00014, "0.14 ms"),
        (0.42, "0.42 s"),
        (12.345, "12.3 s"),
        (200.0, "3 min 20 s"),
        (7500.0, "2 h 5 min"),
        (math.nan, "–"),
    ],
)
def test_seconds(value: float, shown: str) -> None:
    assert numbers.seconds(value) == shown


def test_score_difference_percent_and_counts() -> None:
    assert numbers.score(Score("RMSE", 612.04, 600.1, 624.2, False, "USD")) == "612 USD"
    assert numbers.difference(0.2789, 0.26, 0.298) == "+0.279"
    assert numbers.difference(0.0, 0.0, 0.0) == "0"
    assert numbers.difference(-0.0279, -0.047, -0.009) == "-0.028"
    assert numbers.percent(0.0312) == "3.1 %"
    assert numbers.counted(1, "class", "classes") == "1 class"
    assert numbers.counted(1200, "class", "classes") == "1,200 classes"


def test_names_in_sentences_are_brief() -> None:
    assert numbers.brief("a\n b") == "a b"
    assert numbers.brief("") == "(empty)"
    assert numbers.brief("w" * 100) == "w" * 59 + "…"
    assert numbers.capitalised("log loss") == "Log loss"
    assert numbers.capitalised("RMSE") == "RMSE"


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_charts_number_is_finite_or_none(value: float) -> None:
    shown = numbers.finite(value)
    assert (shown is None) == (not math.isfinite(value))
    if shown is not None:
        assert shown == pytest.approx(value, rel=1e-5, abs=1e-300)
