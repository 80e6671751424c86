import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import SettingError
from piste.tune.priors import Prior, choice, integers, log, one_minus_log, option, uniform

PLACES = st.floats(0, 1, exclude_max=True)
RANGES = [uniform(-2, 3), log(1e-4, 1), one_minus_log(0.9, 0.9999), integers(3, 9), integers(8, 512, log=True)]


@pytest.mark.parametrize("prior", RANGES, ids=str)
@given(place=PLACES)
def test_a_value_lies_in_its_range_and_finds_its_place_again(prior: Any, place: float) -> None:
    value = prior.value(place)
    assert prior.low <= value <= prior.high
    assert prior.value(prior.place(value)) == pytest.approx(value, rel=1e-9)


def test_scales_by_hand() -> None:
    assert uniform(0, 10).value(0.25) == 2.5
    assert log(1e-4, 1).value(0.5) == pytest.approx(1e-2)
    assert one_minus_log(0.9, 0.999).value(0.5) == pytest.approx(0.99)
    assert [integers(1, 4).value(place) for place in (0.0, 0.3, 0.6, 0.99)] == [1, 2, 3, 4]


def test_whole_numbers_and_options_are_equally_likely() -> None:
    places = (np.arange(1200) + 0.5) / 1200
    assert np.unique([integers(2, 5).value(place) for place in places], return_counts=True)[1].tolist() == [300] * 4
    picked = [choice("a", "b", "c").value(place) for place in places]
    assert [picked.count(one) for one in "abc"] == [400] * 3


def test_sizes_by_their_factors() -> None:
    places = (np.arange(4000) + 0.5) / 4000
    sizes = np.array([integers(16, 256, log=True).value(place) for place in places])
    assert abs((sizes < 64).mean() - 0.5) < 0.01


@given(st.integers(2, 9), PLACES)
def test_a_choice_finds_its_options(count: int, place: float) -> None:
    prior = choice(*range(count))
    value = prior.value(place)
    assert prior.value(prior.place(value)) == value
    assert prior.index(place) == math.floor(place * count) or abs(place * count - round(place * count)) < 1e-9


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: uniform(2, 1), "the lower first"),
        (lambda: uniform(0, math.inf), "two finite numbers"),
        (lambda: log(0, 1), "above 0"),
        (lambda: one_minus_log(0.5, 1), "below 1"),
        (lambda: integers(1, 2.5), "whole numbers"),  # type: ignore[arg-type]
        (lambda: integers(0, 8, log=True), "at least 1"),
        (lambda: choice(), "at least one value"),
    ],
)
def test_what_makes_no_range_is_said(make: Any, said: str) -> None:
    with pytest.raises(SettingError, match=said):
        make()


def test_as_they_are_written() -> None:
    prior: Prior = choice(option("sgd", momentum=uniform(0.5, 0.99)), "adam", "64,32", (64, 32), True, None)
    assert str(prior) == 'choice(sgd(momentum=uniform(0.5, 0.99)), adam, "64,32", [64, 32], true, none)'
