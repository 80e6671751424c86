"""Which settings mattered, and how the loss depends on each: a forest fitted to the trials, taken apart.

Settings that only matter under some choice are judged among the trials in which they did. What a forest makes of chance
is measured too: beside the settings it is given a made-up one of no effect, whose share is the floor.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestRegressor

from piste.core.keys import generator, seed_of
from piste.core.studied import CurveRecord, ImportanceRecord, ImportancesRecord, PairRecord
from piste.tune.priors import Choice, Integers
from piste.tune.results.anova import Boxes, boxes, main_effect, pair_variance
from piste.tune.space import Condition, Dimension, Space

FloatArray = NDArray[np.float64]
FEWEST = 16  # trials from which a forest is fitted
TREES = 64
PAIRS = 5  # kept
POINTS = 60  # of a curve
FAR = 3.0  # quartile distances above the upper quartile at which the fence stands (Tukey 1977, "far out")


@dataclass(frozen=True)
class _Group:
    """Settings that hang on the same choices, and which trials they mattered in (N,)."""

    under: tuple[Condition, ...]
    columns: tuple[int, ...]
    rows: NDArray[np.bool_]


def importances(
    space: Space, places: Sequence[Sequence[float]], losses: Sequence[float], seed: int
) -> ImportancesRecord | None:
    """Return what settings explain of the losses of N trials at `places` (N, D), or None where there are too few.

    Losses that are not finite are left out; those above the fence, which a few diverging trials put far away, count as
    lying on it.
    """
    points, values = np.asarray(places, np.float64).reshape(len(places), len(space)), np.asarray(losses, np.float64)
    finite = np.isfinite(values)
    points, values = points[finite], values[finite]
    if len(values) < FEWEST or np.ptp(values) == 0:
        return None
    fence = _fence(values)
    values = np.minimum(values, fence)
    active = np.array([space.active(row.tolist()) for row in points])
    points = _snapped(space, points)
    parts = [_part(space, group, points, values, seed) for group in _groups(space, active)]
    known = [part for part in parts if part is not None]
    if not known:
        return None
    settings = sorted((one for part in known for one in part.settings), key=lambda one: -one.share)
    pairs = sorted((one for part in known for one in part.pairs), key=lambda one: -one.share)[:PAIRS]
    order = {one.label: number for number, one in enumerate(settings)}
    curves = sorted((one for part in known for one in part.curves), key=lambda one: order[one.label])
    return ImportancesRecord(
        tuple(settings), tuple(pairs), tuple(curves), known[0].explained, max(part.floor for part in known), fence
    )


@dataclass(frozen=True)
class _Part:
    settings: list[ImportanceRecord]
    pairs: list[PairRecord]
    curves: list[CurveRecord]
    explained: float
    floor: float


def _fence(values: FloatArray) -> float:
    lower, upper = np.quantile(values, (0.25, 0.75))
    return float(min(values.max(), upper + FAR * (upper - lower))) if upper > lower else float(values.max())


def _snapped(space: Space, points: FloatArray) -> FloatArray:
    """Return the points with places that mean the same value made one place, so that a tree cannot tell them apart."""
    snapped = points.copy()
    for column, dimension in enumerate(space.dimensions):
        prior = dimension.prior
        if isinstance(prior, Choice | Integers):
            snapped[:, column] = [prior.place(prior.value(place)) for place in points[:, column]]
    return snapped


def _groups(space: Space, active: NDArray[np.bool_]) -> list[_Group]:
    """Return the settings by what they hang on, those that always matter first."""
    columns: dict[tuple[Condition, ...], list[int]] = {}
    for column, dimension in enumerate(space.dimensions):
        columns.setdefault(dimension.under, []).append(column)
    return [
        _Group(under, tuple(found), active[:, found[0]])
        for under, found in sorted(columns.items(), key=lambda one: len(one[0]))
    ]


def _part(space: Space, group: _Group, points: FloatArray, values: FloatArray, seed: int) -> _Part | None:
    """Return what the settings of a group explain among the trials in which they mattered."""
    values = values[group.rows]
    if len(values) < FEWEST or np.ptp(values) == 0:
        return None
    columns = [column for column, one in enumerate(space.dimensions) if set(one.under) <= set(group.under)]
    made_up = generator(seed, "importance", "made up", len(values)).random((len(values), 1))
    forest = RandomForestRegressor(
        TREES, min_samples_leaf=2, bootstrap=True, oob_score=True,
        random_state=seed_of(seed, "importance") % 2**31,
    )  # fmt: skip
    forest.fit(np.concatenate([points[group.rows][:, columns], made_up], axis=1), values)
    trees = [boxes(one.tree_, len(columns) + 1) for one in forest.estimators_]
    own = [place for place, column in enumerate(columns) if column in group.columns]
    labels = {place: space.dimensions[columns[place]] for place in own}
    under = said_conditions(space, group.under)
    return _Part(
        [_importance(trees, place, labels[place], under, len(values)) for place in own],
        [_pair(trees, first, second, labels) for first, second in combinations(own, 2)],
        [_curve(trees, place, labels[place]) for place in own],
        float(forest.oob_score_),
        float(np.mean(_shares(trees, lambda tree: main_effect(tree, len(columns)).variance))),
    )


def said_conditions(space: Space, under: tuple[Condition, ...]) -> str:
    """Return the conditions in words: "optimiser = sgd"."""
    priors = {one.name: one.prior for one in space.dimensions}
    parts = []
    for one in under:
        prior = priors[one.name]
        parts.append(f"{one.name} = {prior.options[one.index].value}" if isinstance(prior, Choice) else one.name)
    return ", ".join(parts)


def _shares(trees: Sequence[Boxes], variance: Callable[[Boxes], float]) -> FloatArray:
    """Return for each tree the share of its variance that `variance` finds."""
    whole = [tree.variance for tree in trees]
    return np.array([variance(tree) / total if total > 0 else 0.0 for tree, total in zip(trees, whole, strict=True)])


def _spread(values: FloatArray) -> tuple[float, float, float]:
    low, high = np.quantile(values, (0.025, 0.975))
    return float(values.mean()), float(low), float(high)


def _importance(trees: Sequence[Boxes], place: int, dimension: Dimension, under: str, trials: int) -> ImportanceRecord:
    found = _spread(_shares(trees, lambda tree: main_effect(tree, place).variance))
    return ImportanceRecord(dimension.label, *found, trials, under)


def _pair(trees: Sequence[Boxes], first: int, second: int, labels: dict[int, Dimension]) -> PairRecord:
    found = _spread(_shares(trees, lambda tree: pair_variance(tree, first, second)))
    return PairRecord(labels[first].label, labels[second].label, *found)


def _curve(trees: Sequence[Boxes], place: int, dimension: Dimension) -> CurveRecord:
    """Return the mean prediction along one setting: at each option of a choice, else evenly spread."""
    options = len(dimension.prior.options) if isinstance(dimension.prior, Choice) else POINTS
    places = (np.arange(options) + 0.5) / options
    values = np.array([main_effect(tree, place).at(places) for tree in trees])
    low, high = np.quantile(values, (0.025, 0.975), axis=0)
    parts = (tuple(map(float, one)) for one in (places, values.mean(axis=0), low, high))
    return CurveRecord(dimension.label, *parts)
