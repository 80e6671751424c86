from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import qmc

from piste.tune.priors import uniform
from piste.tune.samplers.independent import halton, random, sobol
from piste.tune.samplers.sampler import Places
from piste.tune.space import Space

SPACE = Space.of({name: uniform(0, 1) for name in "abc"})
Draw = Callable[[Space, range, int], Places]


@pytest.mark.parametrize("draw", [random, sobol, halton])
def test_a_study_cut_short_goes_on_with_the_same_points(draw: Draw) -> None:
    whole = draw(SPACE, range(20), 7)
    assert whole.shape == (20, 3)
    np.testing.assert_array_equal(whole, np.concatenate([draw(SPACE, range(9), 7), draw(SPACE, range(9, 20), 7)]))
    assert not np.array_equal(whole, draw(SPACE, range(20), 8))
    assert whole.min() >= 0
    assert whole.max() < 1
    assert draw(SPACE, range(5, 5), 7).shape == (0, 3)


@pytest.mark.parametrize("draw", [sobol, halton])
def test_more_even_than_chance(draw: Draw) -> None:
    spread = qmc.discrepancy(draw(SPACE, range(64), 0))
    assert spread < 0.3 * np.mean([qmc.discrepancy(random(SPACE, range(64), seed)) for seed in range(10)])


def test_sobol_puts_one_point_in_every_stretch() -> None:
    points = sobol(SPACE, range(32), 3)
    for column in points.T:
        assert sorted(np.floor(column * 32).astype(int)) == list(range(32))
