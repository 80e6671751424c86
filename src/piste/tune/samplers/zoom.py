"""From coarse to fine: after each round, look more closely where the best were.

The first round fills the whole cube. Every further round draws most of its points from a box round the best trials, as
many as the root of all (a quarter of 16, an eighth of 64), on each setting's own scale and somewhat wider than they
lie, and a few from everywhere, so that a wrong first guess can be left again. Of a choice, options are drawn as often
as they are among the best, and none is given up. `box` gives what a round looks at, for the eye.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.keys import generator
from piste.tune.priors import Choice
from piste.tune.samplers.independent import sobol
from piste.tune.samplers.sampler import Places, Sampler, Told
from piste.tune.space import Space

FEWEST = 4  # trials that say where to look, at least
MARGIN = 0.25  # by which the box is wider than they lie, on either side
EVERYWHERE = 0.2  # share of a round's points that are drawn from the whole cube
NARROWEST = 0.02  # width of a box


@dataclass(frozen=True)
class Box:
    """Where a round looks: from `low` to `high` in every dimension (D,), and the weights of every choice's options."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    weights: dict[int, NDArray[np.float64]]


def box(space: Space, told: Sequence[Told]) -> Box:
    """Return the box round the best of the trials `told`; the whole cube where none is finished."""
    best = _best(told)
    low, high = np.zeros(len(space)), np.ones(len(space))
    weights: dict[int, NDArray[np.float64]] = {}
    for index, dimension in enumerate(space.dimensions):
        used = np.array([one.places[index] for one in best if space.active(one.places)[index]])
        if isinstance(dimension.prior, Choice):
            weights[index] = _weights(dimension.prior, used)
        elif len(used) >= FEWEST:
            low[index], high[index] = _around(used)
    return Box(low, high, weights)


def zoom(space: Space, numbers: range, seed: int, told: Sequence[Told] = ()) -> Places:
    """Return the places of a round, given all trials before it."""
    spread = sobol(space, numbers, seed)
    finished = [one for one in told if np.isfinite(one.loss)]
    if len(finished) < FEWEST:
        return spread
    inside = box(space, finished)
    narrowed = inside.low + spread * (inside.high - inside.low)
    for index, weights in inside.weights.items():
        narrowed[:, index] = _chosen(spread[:, index], weights)
    draws = [generator(seed, "zoom", number).random() for number in numbers]
    return np.where((np.array(draws) < EVERYWHERE)[:, None], spread, narrowed)


def _best(told: Sequence[Told]) -> list[Told]:
    ranked = sorted((one for one in told if np.isfinite(one.loss)), key=lambda one: (one.loss, one.tie, one.number))
    return ranked[: max(math.isqrt(len(ranked)), FEWEST)]


def _around(used: NDArray[np.float64]) -> tuple[float, float]:
    width = max(used.max() - used.min(), NARROWEST)
    low, high = used.min() - MARGIN * width, used.max() + MARGIN * width
    return float(max(low, 0.0)), float(min(high, 1.0))


def _weights(prior: Choice, used: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of each option among the best, with one more of each, so that none is given up."""
    counts = np.bincount([prior.index(place) for place in used], minlength=len(prior.options)) + 1.0
    return counts / counts.sum()


def _chosen(places: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the places of options drawn by `weights`, each in the middle of its own stretch."""
    option = np.minimum(np.searchsorted(np.cumsum(weights), places, side="right"), len(weights) - 1)
    return (option + 0.5) / len(weights)


ZOOM = Sampler("zoom", "from coarse to fine: more closely where the best were", zoom, adapts=True)
