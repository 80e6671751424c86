"""All traits at once: can a classifier tell new examples from those of the training?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.keys import generator

FLOOR = 0.6  # area under the curve
FEWEST = 40
_MOST = 2000  # examples of each side
_TREES = 60
_NAMED = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ToldApart:
    """Area under the curve, its chance where both look alike, and the places of the traits that tell most."""

    area: float
    chance: float
    by: tuple[int, ...]


def told_apart(before: Sequence[NDArray[Any]], now: Sequence[NDArray[Any]], seed: int) -> ToldApart | None:
    """Return how well a forest tells new examples from old ones; None where there are too few.

    A classifier two-sample test (Lopez-Paz and Oquab, 2017), known as adversarial validation. Each half of the examples
    is judged by a forest fitted to the other. Within a half the scores do not know whose the examples are, so that all
    ways to permute these are alike if both look alike: the chance is that of the ranks (Mann and Whitney, 1947), twice
    the smaller of the halves'.

    Parameters
    ----------
    before, now
        Traits (N,) and (M,) in the same order: numbers with NaN, or levels with "".
    seed
        Seed of the run, for the named draws "drift halves" and "drift trees".
    """
    from scipy.stats import mannwhitneyu
    from sklearn.ensemble import RandomForestClassifier

    sides = [_picked(traits, seed, name) for traits, name in ((before, "before"), (now, "now"))]
    if not before or min(len(side[0]) for side in sides) < FEWEST:
        return None
    inputs = np.column_stack([_as_numbers(one, two) for one, two in zip(*sides, strict=True)])
    whose = np.repeat([0, 1], [len(side[0]) for side in sides])
    order = generator(seed, "drift halves").permutation(len(whose))
    halves = order[::2], order[1::2]
    state = int(generator(seed, "drift trees").integers(2**31))
    areas, chances, weights = [], [], np.zeros(inputs.shape[1])
    for fitted, judged in (halves, halves[::-1]):
        forest = RandomForestClassifier(_TREES, min_samples_leaf=5, class_weight="balanced", random_state=state)
        scores = forest.fit(inputs[fitted], whose[fitted]).predict_proba(inputs[judged])[:, -1]
        two, one = scores[whose[judged] == 1], scores[whose[judged] == 0]
        test = mannwhitneyu(two, one, alternative="greater", method="asymptotic")
        areas.append(float(test.statistic) / (len(one) * len(two)))
        chances.append(float(test.pvalue))
        weights += forest.feature_importances_
    telling = tuple(int(place) for place in np.argsort(-weights, kind="stable")[:_NAMED])
    return ToldApart(float(np.mean(areas)), min(1.0, 2.0 * min(chances)), telling)


def _picked(traits: Sequence[NDArray[Any]], seed: int, name: str) -> list[NDArray[Any]]:
    if not traits or len(traits[0]) <= _MOST:
        return list(traits)
    rows = np.sort(generator(seed, "drift rows", name).permutation(len(traits[0]))[:_MOST])
    return [trait[rows] for trait in traits]


def _as_numbers(before: NDArray[Any], now: NDArray[Any]) -> Floats:
    """Return both (N + M,), one after the other: levels by how common they are, gaps below everything."""
    if before.dtype == object:
        names, places, counts = np.unique([*before.tolist(), *now.tolist()], return_inverse=True, return_counts=True)
        ranks = np.argsort(np.argsort(-counts, kind="stable"), kind="stable")
        return np.where(names[places] == "", -1.0, ranks[places].astype(np.float64))
    values = np.concatenate([before, now])
    known = values[~np.isnan(values)]
    low = known.min() - (np.ptp(known) or 1.0) if len(known) else 0.0
    # Forests compute in float32, whose range a number of the data may leave.
    return np.clip(np.where(np.isnan(values), low, values), -1e30, 1e30)
