"""Thinned curves keep their spikes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from piste.web.thinning import kept

values = arrays(np.float64, st.integers(1, 300), elements=st.floats(-10, 10) | st.just(np.nan))


@given(values, st.integers(1, 60))
def test_every_part_keeps_its_lowest_and_highest(line: np.ndarray, buckets: int) -> None:
    places = kept([line], buckets)
    assert np.all(np.diff(places) > 0)
    assert places[0] == 0
    assert places[-1] == len(line) - 1
    if len(line) <= 2 * buckets:
        assert len(places) == len(line)
        return
    assert len(places) <= 2 * buckets + 2
    length = -(-len(line) // buckets)
    for start in range(0, len(line), length):
        part = line[start : start + length]
        among = line[[place for place in places if start <= place < start + length]]
        if not np.isnan(part).all():
            assert np.nanmin(part) == np.nanmin(among)
            assert np.nanmax(part) == np.nanmax(among)


def test_several_lines_share_their_places_and_what_is_asked_for_stays() -> None:
    flat, spiked = np.zeros(1000), np.zeros(1000)
    spiked[333] = 9
    places = kept([flat, spiked], 10, always=(777, -5, 2000))
    assert {333, 777} <= set(places)
    assert places[-1] == 999


@pytest.mark.parametrize("lines", [[], [np.array([])]])
def test_nothing_stays_nothing(lines: list[np.ndarray]) -> None:
    assert kept(lines, 10).size == 0
