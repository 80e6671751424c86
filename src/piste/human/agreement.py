"""Agreement beyond chance between sources of labels, with intervals by the bootstrap over examples.

Two sources: Cohen, Educational and Psychological Measurement 20 (1960). More: Fleiss, Psychological Bulletin 76 (1971).
Numbers: the concordance correlation of Lin, Biometrics 45 (1989), which any shift or scale between the two lowers.
"""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.human import AgreementRecord, Interval
from piste.evaluate.bootstrap import Statistic, certain_interval, interval, point_values, replicates
from piste.evaluate.predictions import FloatArray
from piste.evaluate.ranks import group_sums
from piste.human.shares import wilson

COHEN, FLEISS, LIN = "Cohen's kappa", "Fleiss' kappa", "concordance correlation"


def agreement(between: Sequence[str], said: Sequence[NDArray[Any]], seed: int) -> AgreementRecord:
    """Return how far the sources named `between` agree.

    Parameters
    ----------
    between
        Names of the sources, at least two; of numbers, exactly two.
    said
        What each says of the same B examples: object (B,) of texts, or float64 (B,).
    seed
        Seed of the resamples.
    """
    if said[0].dtype == object:
        return _of_labels(tuple(between), said, seed)
    first, second = said
    measured = measure(concordance(first, second), len(first), seed)
    apart = measure(root_mean_square(first - second), len(first), seed)
    return AgreementRecord(tuple(between), len(first), LIN, measured, apart=apart)


def _of_labels(between: tuple[str, ...], said: Sequence[NDArray[Any]], seed: int) -> AgreementRecord:
    rows = len(said[0])
    codes = np.unique(np.concatenate(said), return_inverse=True)[1].reshape(len(said), rows)
    same = np.logical_and.reduce([one == other for one, other in pairwise(codes)])
    statistic = cohen(*codes) if len(codes) == 2 else fleiss(codes)
    alike = same.all() or (len(codes) == 2 and not same.any())
    beyond = _certain(codes, float(same.all())) if alike else measure(statistic, rows, seed)
    return AgreementRecord(between, rows, COHEN if len(codes) == 2 else FLEISS, beyond, wilson(float(same.sum()), rows))


def measure(statistic: Statistic, rows: int, seed: int) -> Interval:
    """Return the value of `statistic` on `rows` examples, with its 95 % interval."""
    point = float(point_values([statistic], rows)[0])
    if not math.isfinite(point):
        return Interval(math.nan, math.nan, math.nan)
    return Interval(point, *interval(replicates([statistic], rows, seed)[0], point))


def _certain(codes: NDArray[np.int64], share: float) -> Interval:
    # Where all agree on everything or on nothing, so do all resamples; the exact interval of the share knows better.
    rows, size = codes.shape[1], int(codes.max()) + 1
    first, last = (np.bincount(one, minlength=size) / rows for one in (codes[0], codes[-1]))
    chance = float((first * last).sum())
    if chance == 1:
        return Interval(math.nan, math.nan, math.nan)
    value, low, high = ((one - chance) / (1 - chance) for one in (share, *certain_interval(share, rows)))
    return Interval(value, low, high)


def cohen(first: NDArray[np.int64], second: NDArray[np.int64]) -> Statistic:
    """Return `(p - e) / (1 - e)`: p the share on which both agree, e what their own habits would give by chance."""
    rows, size = len(first), int(max(first.max(), second.max())) + 1
    every = np.arange(rows)
    by_first, by_second = (group_sums(codes, every, size, rows) for codes in (first, second))
    same = (first == second).astype(np.float64)

    def values(counts: FloatArray) -> FloatArray:
        chance = ((by_first @ counts) * (by_second @ counts)).sum(axis=0) / rows**2
        return _beyond(same @ counts / rows, chance)

    return values


def fleiss(codes: NDArray[np.int64]) -> Statistic:
    """Return the same for two or more sources, codes (S, B), that are taken for interchangeable."""
    rows = codes.shape[1]
    tally = np.zeros((rows, int(codes.max()) + 1))
    for one in codes:
        tally[np.arange(rows), one] += 1
    return fleiss_of(tally)


def fleiss_of(tally: FloatArray) -> Statistic:
    """Return it for how many sources said each class of each example: (B, C), each row with the same sum."""
    rows, sources = len(tally), float(tally[0].sum())
    pairs = ((tally**2).sum(axis=1) - sources) / (sources * (sources - 1))

    def values(counts: FloatArray) -> FloatArray:
        shares = tally.T @ counts / (rows * sources)
        return _beyond(pairs @ counts / rows, (shares**2).sum(axis=0))

    return values


def _beyond(share: FloatArray, chance: FloatArray) -> FloatArray:
    return np.asarray(np.where(chance < 1, (share - chance) / np.where(chance < 1, 1 - chance, 1), np.nan))


def concordance(first: FloatArray, second: FloatArray) -> Statistic:
    """Return `2 cov / (var + var + (difference of the means)^2)`; 1 where both say the same numbers."""
    middle = float(np.mean([first.mean(), second.mean()]))  # shifted, so that squares of large numbers do not cancel
    one, other = first - middle, second - middle
    moments = np.stack([one, other, one**2, other**2, one * other])

    def values(counts: FloatArray) -> FloatArray:
        a, b, aa, bb, ab = moments @ counts / len(one)
        below = aa - a**2 + bb - b**2 + (a - b) ** 2
        return np.asarray(np.where(below > 0, 2 * (ab - a * b) / np.where(below > 0, below, 1), np.nan))

    return values


def root_mean_square(errors: FloatArray) -> Statistic:
    """Return the root of the mean of the squares."""
    squares = errors**2
    return lambda counts: np.asarray(np.sqrt(squares @ counts / len(squares)))
