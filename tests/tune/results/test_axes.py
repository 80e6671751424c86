"""Ticks are round values where they lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.tune.priors import Prior, choice, integers, log, one_minus_log, option, uniform
from piste.tune.results.axes import axes, ticks
from piste.tune.space import Space


@pytest.mark.parametrize(
    ("prior", "values"),
    [
        (log(1e-4, 1), ["0.0001", "0.001", "0.01", "0.1", "1"]),
        (log(0.01, 0.2), ["0.01", "0.02", "0.05", "0.1", "0.2"]),
        (log(1e-12, 1), ["1e-12", "1e-9", "1e-6", "0.001", "1"]),
        (uniform(0, 0.5), ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
        (one_minus_log(0.9, 0.999), ["0.9", "0.99", "0.999"]),
        (integers(1, 4), ["1", "2", "3", "4"]),
        (integers(16, 256, log=True), ["16", "32", "64", "128", "256"]),
        (integers(0, 100), ["0", "20", "40", "60", "80", "100"]),
        (choice("relu", "tanh"), ["relu", "tanh"]),
        (choice(option("sgd", momentum=uniform(0, 1)), "adam", None), ["sgd", "adam", "none"]),
    ],
)
def test_values_are_those_a_person_would_write(prior: Prior, values: list[str]) -> None:
    assert [text for _, text in ticks(prior)] == values


@given(
    st.sampled_from([log, uniform, one_minus_log, integers]),
    st.floats(1e-6, 0.5),
    st.floats(1.5, 1e6),
)
def test_ticks_lie_inside_in_order(kind: object, low: float, factor: float) -> None:
    if kind is one_minus_log:
        prior: Prior = one_minus_log(1 - low, 1 - low / factor)
    elif kind is integers:
        prior = integers(1, 1 + int(factor), log=True)
    else:
        prior = (log if kind is log else uniform)(low, low * factor)
    found = [place for place, _ in ticks(prior)]
    assert 2 <= len(found) <= 6
    assert found == sorted(found)
    assert all(-1e-6 <= place <= 1 + 1e-6 for place in found)


def test_a_tick_is_at_the_place_of_its_value() -> None:
    for place, text in ticks(log(1e-3, 1)):
        assert log(1e-3, 1).value(place) == pytest.approx(float(text), rel=1e-4)


def test_options_lie_in_the_middle_of_their_stretch_and_are_marked() -> None:
    found = axes(Space.of({"activation": choice("relu", "tanh"), "rate": log(0.1, 1)}))
    assert found[0].options
    assert [place for place, _ in found[0].ticks] == [0.25, 0.75]
    assert found[1].prior == "log(0.1, 1)"
    assert not found[1].options
