"""Samplers that never look at results: random, and two that fill the cube more evenly than chance does."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import qmc

from piste.core.keys import generator
from piste.tune.samplers.sampler import Places, Sampler, Told
from piste.tune.space import Space


def random(space: Space, numbers: range, seed: int, told: Sequence[Told] = ()) -> Places:
    """Return independent uniform places."""
    return np.array([generator(seed, "random", number).random(len(space)) for number in numbers]).reshape(
        len(numbers), len(space)
    )


def sobol(space: Space, numbers: range, seed: int, told: Sequence[Told] = ()) -> Places:
    """Return points of a scrambled Sobol sequence (Owen 1998): any 2^k from the start fill the cube evenly."""
    engine = qmc.Sobol(len(space), scramble=True, rng=generator(seed, "sobol"))
    return _inside(engine.random_base2(max(numbers.stop - 1, 0).bit_length()), numbers)


def halton(space: Space, numbers: range, seed: int, told: Sequence[Told] = ()) -> Places:
    """Return points of a scrambled Halton sequence (Owen 2017): even for any number of points."""
    engine = qmc.Halton(len(space), scramble=True, rng=generator(seed, "halton"))
    return _inside(engine.random(numbers.stop), numbers)


def _inside(points: Places, numbers: range) -> Places:
    return np.clip(points[numbers.start : numbers.stop], 0.0, np.nextafter(1.0, 0.0))


RANDOM = Sampler("random", "independent draws", random)
SOBOL = Sampler("sobol", "evenly spread draws, a scrambled Sobol sequence", sobol)
HALTON = Sampler("halton", "evenly spread draws, a scrambled Halton sequence", halton)
