import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.errors import SettingError
from piste.tune.priors import choice, integers, uniform
from piste.tune.samplers.grid import grid, levels
from piste.tune.space import Space

SPACE = Space.of({"rate": uniform(0, 1), "act": choice("a", "b", "c"), "units": integers(1, 2)})


def test_by_hand() -> None:
    assert levels(SPACE, 24) == (4, 3, 2)
    points = [SPACE.point(places) for places in grid(SPACE, range(24), 0, trials=24)]
    assert points[0] == {"rate": 0.125, "act": "a", "units": 1}
    assert points[-1] == {"rate": 0.875, "act": "c", "units": 2}
    assert len({tuple(one.values()) for one in points}) == 24


@given(st.integers(12, 400))
def test_as_many_as_fit(trials: int) -> None:
    counts = levels(SPACE, trials)
    assert np.prod(counts) <= trials < np.prod(counts) // counts[0] * (counts[0] + 1)


def test_too_few_trials_are_said() -> None:
    with pytest.raises(SettingError, match="at least 12 points"):
        levels(SPACE, 11)
