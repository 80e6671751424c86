"""Every combination of a few values of each setting: what random search is better than (Bergstra & Bengio 2012)."""

import math
from collections.abc import Sequence

import numpy as np

from piste.core.errors import SettingError
from piste.tune.priors import Choice, Integers
from piste.tune.samplers.sampler import Places, Sampler, Told
from piste.tune.space import Space

TRIALS = 256  # that a grid may need where nothing else is said


def levels(space: Space, trials: int) -> tuple[int, ...]:
    """Return how many values of each dimension a grid of at most `trials` points has.

    A choice has all its values; the others get as many as fit, the first ones one more where there is room. Raises
    `SettingError` where not even two values of each fit.
    """
    counts = [_fewest(one.prior) for one in space.dimensions]
    most = [_most(one.prior) for one in space.dimensions]
    if math.prod(counts) > trials:
        raise SettingError(
            f"A grid of these {len(space)} settings has at least {math.prod(counts):,} points, more than the "
            f"{trials:,} trials. Give more trials, fewer settings, or another sampler."
        )
    grown = True
    while grown:
        grown = False
        for index, count in enumerate(counts):
            if count < most[index] and math.prod(counts) // count * (count + 1) <= trials:
                counts[index], grown = count + 1, True
    return tuple(counts)


def grid(space: Space, numbers: range, seed: int, told: Sequence[Told] = (), *, trials: int = TRIALS) -> Places:
    """Return the points `numbers` of the grid, which repeats itself after its last one."""
    counts = levels(space, trials)
    rows = [np.unravel_index(number % math.prod(counts), counts) for number in numbers]
    return (np.array(rows, np.float64).reshape(len(rows), len(space)) + 0.5) / np.array(counts)


def _fewest(prior: object) -> int:
    return len(prior.options) if isinstance(prior, Choice) else 2


def _most(prior: object) -> float:
    if isinstance(prior, Choice):
        return len(prior.options)
    return prior.high - prior.low + 1 if isinstance(prior, Integers) else math.inf


GRID = Sampler("grid", "every combination of a few values each", grid)
