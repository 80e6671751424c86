"""One trait then and now: how far it moved, and how likely so much is by chance."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOOR = 0.1  # share of the examples that moved, below which nothing is said however sure it is
MISSING_FLOOR = 0.05
_BINS = 10
_EXACT = 1000  # examples
_RARE = 5.0  # expected examples of a level, below which levels are pooled

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Moved:
    """How far a trait moved: the share of examples, the stability index, and the chance."""

    share: float
    stability: float
    chance: float


STILL = Moved(0.0, 0.0, 1.0)


def numbers_moved(before: NDArray[np.float64], now: NDArray[np.float64]) -> Moved:
    """Return how far numbers (N,) and (M,) without gaps lie apart.

    The test is that of Kolmogorov and Smirnov in two samples (Smirnov, 1939), exact up to 1,000 examples, by its limit
    for more. Where many values are equal it errs on the side of silence.
    """
    from scipy.stats import ks_2samp

    if not len(before) or not len(now):
        return STILL
    test = ks_2samp(before, now, method="exact" if max(len(before), len(now)) <= _EXACT else "asymp")
    return Moved(float(test.statistic), _stability(*_in_bins(before, now)), min(float(test.pvalue), 1.0))


def _in_bins(before: NDArray[np.float64], now: NDArray[np.float64]) -> tuple[Counts, Counts]:
    edges, times = np.unique(np.quantile(before, np.linspace(0, 1, _BINS + 1)[1:-1]), return_counts=True)
    # A value that many examples have is a bin of its own.
    edges = np.sort(np.concatenate([edges, np.nextafter(edges[times > 1], np.inf)]))
    return tuple(
        np.bincount(np.searchsorted(edges, values, side="right"), minlength=len(edges) + 1).astype(np.float64)
        for values in (before, now)
    )  # type: ignore[return-value]


def _stability(before: Counts, now: Counts) -> float:
    """Return the population stability index, the sum of both directions of the Kullback-Leibler divergence.

    Half an example is added to each bin, so that an empty one does not make it infinite.
    """
    one, two = ((counts + 0.5) / (counts + 0.5).sum() for counts in (before, now))
    return float(np.sum((two - one) * np.log(two / one)))


def levels_moved(before: NDArray[Any], now: NDArray[Any]) -> Moved:
    """Return how far levels (N,) and (M,) without gaps lie apart, by the chi-squared test of homogeneity."""
    names = sorted({*before.tolist(), *now.tolist()})
    place = {name: number for number, name in enumerate(names)}
    one, two = (
        np.bincount([place[value] for value in values.tolist()], minlength=len(names)).astype(np.float64)
        for values in (before, now)
    )
    return counts_moved(one, two)


def counts_moved(before: Counts, now: Counts) -> Moved:
    """Return how far two lists of counts (L,) of the same levels lie apart; rare levels are pooled for the test."""
    if before.sum() == 0 or now.sum() == 0:
        return STILL
    shares = [counts / counts.sum() for counts in (before, now)]
    moved = float(np.abs(shares[0] - shares[1]).sum() / 2)
    return Moved(moved, _stability(before, now), homogeneity(before, now))


def homogeneity(before: Counts, now: Counts) -> float:
    """Return the chance of counts (L,) so different, by Pearson's chi-squared; 1 where there is nothing to compare.

    Levels of which fewer than 5 examples are expected are pooled. Where even the pool is so small, Fisher's exact test
    judges it against the rest, and the smaller of the two chances counts twice.
    """
    table = np.stack([before, now])
    if (table.sum(axis=1) == 0).any():
        return 1.0
    least = table.sum(axis=1).min() / table.sum()
    rare = table.sum(axis=0) * least < _RARE
    common, pool = table[:, ~rare], table[:, rare].sum(axis=1)
    if pool.sum() == 0:
        return _pearson(common)
    if pool.sum() * least >= _RARE:
        return _pearson(np.column_stack([common, pool]))
    return min(1.0, 2.0 * min(_pearson(common), _exact(np.column_stack([common.sum(axis=1), pool]))))


def _pearson(table: Counts) -> float:
    from scipy.stats import chi2_contingency

    if table.shape[1] < 2 or (table.sum(axis=1) == 0).any():
        return 1.0
    return float(chi2_contingency(table, correction=table.shape[1] == 2).pvalue)


def _exact(table: Counts) -> float:
    from scipy.stats import fisher_exact

    return float(fisher_exact(table.astype(np.int64)).pvalue) if (table.sum(axis=0) > 0).all() else 1.0


def corrected(chances: list[float]) -> list[float]:
    """Return the chances adjusted for their number, in their order (Holm, 1979)."""
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    adjusted, highest = [1.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = highest
    return adjusted
