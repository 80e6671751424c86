"""What part of a search's numbers is drawn."""

import pytest

from piste.report.panels.studied_range import is_wide, padded, shown_range


def test_bad_numbers_far_away_are_cut_and_good_ones_never() -> None:
    usual = [0.1 + 0.01 * at for at in range(40)]
    low, high = shown_range([0.001, *usual, 50.0])
    assert low == 0.001
    assert 0.49 <= high < 1.2
    low, high = shown_range([-value for value in (0.001, *usual, 50.0)], higher_is_better=True)
    assert high == -0.001
    assert -1.2 < low <= -0.49


@pytest.mark.parametrize("values", [[], [0.7], [0.7, 0.7], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 5.0]])
def test_there_is_always_a_range(values: list[float]) -> None:
    low, high = padded(*shown_range(values))
    assert low < high
    assert all(low <= value <= high for value in values if value < 5)


def test_room_on_a_logarithmic_scale_is_a_factor() -> None:
    low, high = padded(0.01, 100.0, log=True)
    assert 0 < low < 0.01
    assert high / 100 == pytest.approx(0.01 / low)
    assert is_wide(0.01, 100.0)
    assert not is_wide(0.0, 100.0)
    assert not is_wide(1.0, 2.0)
