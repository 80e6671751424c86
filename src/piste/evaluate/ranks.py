"""Statistics that depend on an order: area under the ROC curve, average precision, median.

Each sorts once, adds up the counts of neighbouring examples that need not be told apart (a sparse product over
all resamples at a time), and works on the far shorter rest.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from piste.evaluate.bootstrap import Statistic
from piste.evaluate.predictions import FloatArray


def group_sums(groups: NDArray[np.int64], examples: NDArray[np.int64], size: int, rows: int) -> csr_array:
    """Return the matrix (size, rows) that adds up the counts of `examples` into their `groups`."""
    return csr_array((np.ones(len(examples)), (groups, examples)), shape=(size, rows))


def _ties(score: FloatArray) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the ascending order of `score` and, in that order, the number of the tie each example is in."""
    order = np.argsort(score, kind="stable")
    starts = np.diff(score[order], prepend=-np.inf) > 0
    return order, np.cumsum(starts) - 1


def _segments(tie: NDArray[np.int64], positive: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Merge neighbouring ties that hold one label only, and the same one: inside them no pair counts."""
    held = np.bincount(tie, weights=positive)
    kind = np.where(held == 0, 0, np.where(held == np.bincount(tie), 1, 2))
    starts = (np.diff(kind, prepend=-1) != 0) | (kind == 2)
    return (np.cumsum(starts) - 1)[tie]


def roc_auc(truth: NDArray[np.bool_], score: FloatArray) -> Statistic:
    """Area under the ROC curve: the share of (positive, negative) pairs in the right order, a tie counting half.

    Source: Hanley and McNeil, Radiology 143 (1982). NaN in a resample with one label only.
    """
    rows = len(truth)
    order, tie = _ties(score)
    positive = truth[order]
    segment = _segments(tie, positive)
    size = int(segment[-1]) + 1
    positives = group_sums(segment[positive], order[positive], size, rows)
    negatives = group_sums(segment[~positive], order[~positive], size, rows)

    def values(counts: FloatArray) -> FloatArray:
        above, below = positives @ counts, negatives @ counts
        passed = np.cumsum(below, axis=0)
        pairs = above.sum(axis=0) * passed[-1]
        below *= 0.5
        passed -= below
        return np.asarray(np.einsum("gr,gr->r", above, passed) / pairs)

    return values


def average_precision(truth: NDArray[np.bool_], score: FloatArray) -> Statistic:
    """Average precision: the precision at each threshold, weighted by the recall won there.

    Source: as scikit-learn's `average_precision_score`, without interpolation. NaN without a positive example.
    """
    rows = len(truth)
    order, tie = _ties(-score)
    positive = truth[order]
    wins = np.bincount(tie, weights=positive) > 0
    segment: NDArray[np.int64] = (np.cumsum(wins) - wins)[tie]
    size = int(segment[-1]) + 1
    positives = group_sums(segment[positive], order[positive], size, rows)
    everyone = group_sums(segment, order, size, rows)

    def values(counts: FloatArray) -> FloatArray:
        won, drawn = positives @ counts, everyone @ counts
        np.cumsum(drawn, axis=0, out=drawn)
        precision = np.cumsum(won, axis=0)
        precision /= np.maximum(drawn, 1)
        return np.asarray(np.einsum("gr,gr->r", won, precision) / won.sum(axis=0))

    return values


def median(values: FloatArray) -> Statistic:
    """Median of `values` (B,) in each resample."""
    rows = len(values)
    order = np.argsort(values, kind="stable")
    ordered = values[order]

    def statistic(counts: FloatArray) -> FloatArray:
        seen = np.cumsum(counts[order], axis=0)
        low = np.count_nonzero(seen <= (rows - 1) // 2, axis=0)
        high = np.count_nonzero(seen <= rows // 2, axis=0)
        return np.asarray((ordered[low] + ordered[high]) / 2)

    return statistic
