"""The variance of a forest's prediction over the whole unit cube, divided among its dimensions, exactly.

A regression tree is constant on boxes. Over a box, the mean of all but some dimensions is a product of widths, so the
mean prediction at each place of one or two dimensions is a sum over leaves, without drawing a single point. Source:
Hutter, Hoos & Leyton-Brown, "An efficient approach for assessing hyperparameter importance" (2014).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Boxes:
    """A tree: its L leaves as boxes, `low` and `high` (L, D), each with its value (L,)."""

    low: FloatArray
    high: FloatArray
    value: FloatArray

    @property
    def volume(self) -> FloatArray:
        """The share of the cube in each box (L,)."""
        return np.asarray((self.high - self.low).prod(axis=1))

    @property
    def mean(self) -> float:
        """The mean prediction over the cube."""
        return float(self.volume @ self.value)

    @property
    def variance(self) -> float:
        """The variance of the prediction over the cube."""
        return float(self.volume @ (self.value - self.mean) ** 2)


def boxes(tree: Any, dimensions: int) -> Boxes:
    """Return the leaves of `tree`, the `tree_` of a fitted regressor of scikit-learn, as boxes of the unit cube."""
    low, high = (np.full((tree.node_count, dimensions), float(side)) for side in (0, 1))
    for node in range(tree.node_count):  # a parent stands before its children
        left, right, feature = tree.children_left[node], tree.children_right[node], tree.feature[node]
        if left < 0:
            continue
        for child in (left, right):
            low[child], high[child] = low[node], high[node]
        high[left, feature] = low[right, feature] = tree.threshold[node]
    leaves = tree.children_left < 0
    return Boxes(low[leaves], high[leaves], tree.value[leaves, 0, 0])


@dataclass(frozen=True)
class Main:
    """The mean prediction at each place of one dimension: `value` (K,) between `edges` (K + 1,)."""

    edges: FloatArray
    value: FloatArray

    @property
    def variance(self) -> float:
        """How much of the prediction's variance this dimension makes alone."""
        widths = np.diff(self.edges)
        return float(widths @ (self.value - widths @ self.value) ** 2)

    def at(self, places: FloatArray) -> FloatArray:
        """Return the mean prediction at `places`."""
        return np.asarray(self.value[np.clip(np.searchsorted(self.edges, places, "right") - 1, 0, len(self.value) - 1)])


def main_effect(tree: Boxes, dimension: int) -> Main:
    """Return the mean prediction at each place of `dimension`, over all places of the others."""
    low, high = tree.low[:, dimension], tree.high[:, dimension]
    edges = np.unique(np.concatenate([low, high]))
    share = tree.value * tree.volume / (high - low)
    change = np.zeros(len(edges))
    np.add.at(change, np.searchsorted(edges, low), share)
    np.add.at(change, np.searchsorted(edges, high), -share)
    return Main(edges, np.cumsum(change)[:-1])


def pair_variance(tree: Boxes, first: int, second: int) -> float:
    """Return the variance that two dimensions make together beyond what each makes alone."""
    ends = [(tree.low[:, one], tree.high[:, one]) for one in (first, second)]
    edges = [np.unique(np.concatenate(pair)) for pair in ends]
    places = [
        (np.searchsorted(known, low), np.searchsorted(known, high))
        for known, (low, high) in zip(edges, ends, strict=True)
    ]
    widths = [high - low for low, high in ends]
    share = tree.value * tree.volume / (widths[0] * widths[1])
    change = np.zeros((len(edges[0]), len(edges[1])))
    for at, rows in enumerate(places[0]):
        for beside, columns in enumerate(places[1]):
            np.add.at(change, (rows, columns), share if at == beside else -share)
    joint = change.cumsum(axis=0).cumsum(axis=1)[:-1, :-1]
    sizes = [np.diff(known) for known in edges]
    alone = joint @ sizes[1], sizes[0] @ joint
    rest = joint - alone[0][:, None] - alone[1][None, :] + float(sizes[0] @ joint @ sizes[1])
    return float(sizes[0] @ rest**2 @ sizes[1])
