"""Where each round of a search from coarse to fine looked."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from piste.core.studied import RegionRecord
from piste.core.studies import StudyRecord, TrialRecord
from piste.tune.objective import Objective
from piste.tune.priors import Choice
from piste.tune.samplers.zoom import ZOOM, box
from piste.tune.space import Space


def regions(space: Space, study: StudyRecord, trials: Sequence[TrialRecord]) -> tuple[RegionRecord, ...]:
    """Return the box of each round of a zooming search, from the trials before it; nothing for other samplers."""
    if study.sampler != ZOOM.name:
        return ()
    told = Objective.of(study).told(trials)
    found, before = [], 0
    drawn = sorted((one for one in trials if one.sampling), key=lambda one: one.number)
    for name, group in groupby(drawn, key=lambda one: one.sampling):
        numbers = [one.number for one in group]
        inside = box(space, [one for one in told if one.number < numbers[0] and np.isfinite(one.loss)])
        low, high = inside.low.tolist(), inside.high.tolist()
        for column, weights in inside.weights.items():
            low[column], high[column] = _favoured(space, column, weights.tolist()) if before else (0.0, 1.0)
        found.append(RegionRecord(name, numbers[0], numbers[-1], tuple(low), tuple(high)))
        before += len(numbers)
    return tuple(found)


def _favoured(space: Space, column: int, weights: list[float]) -> tuple[float, float]:
    """Return the stretch of a choice's options that are drawn more often than by chance, from first to last."""
    prior = space.dimensions[column].prior
    size = len(prior.options) if isinstance(prior, Choice) else 1
    often = [at for at, weight in enumerate(weights) if weight * size > 1.0] or [0, size - 1]
    return min(often) / size, (max(often) + 1) / size
