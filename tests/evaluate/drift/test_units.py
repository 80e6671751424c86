"""Other units are named, and only those."""

import numpy as np
import pytest

from piste.evaluate.drift.units import other_units

LENGTHS = np.random.default_rng(0).lognormal(3, 0.5, 800)
NEW = np.random.default_rng(1).lognormal(3, 0.5, 300)
WARMTH = np.random.default_rng(2).normal(15, 8, 800)
WARM = np.random.default_rng(3).normal(15, 8, 300)


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        (LENGTHS, NEW * 1000, "thousands"),
        (LENGTHS, NEW / 100, "metres and centimetres"),
        (LENGTHS, NEW * 2.54, "inches and centimetres"),
        (LENGTHS, NEW * 7.3, "times as large"),
        (WARMTH, WARM * 1.8 + 32, "Fahrenheit, where they were Celsius"),
        (WARMTH * 1.8 + 32, WARM, "Celsius, where they were Fahrenheit"),
    ],
)
def test_other_units_are_named(before: np.ndarray, now: np.ndarray, words: str) -> None:
    assert words in other_units(before, now)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (LENGTHS, NEW),
        (LENGTHS, NEW * 1.2),  # grown
        (WARMTH, WARM + 30),  # moved
        (WARMTH, (WARM - 15) * 4 + 15),  # spread
        (LENGTHS, np.random.default_rng(4).uniform(400, 500, 300)),  # something else
        (np.zeros(50), np.ones(50)),
        (LENGTHS[:5], NEW[:5] * 1000),  # too few to say
    ],
)
def test_what_is_no_change_of_units_is_not_called_one(before: np.ndarray, now: np.ndarray) -> None:
    assert other_units(before, now) == ""
