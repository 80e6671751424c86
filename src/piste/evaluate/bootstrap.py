"""The bootstrap over examples, vectorised: a resample is a column of counts, a statistic takes many columns.

Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13 (percentile intervals).
The same seed and number of examples always give the same resamples, so two models judged apart on the same
examples are still judged on the same resamples, and their difference is a paired comparison.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

import numpy as np
from threadpoolctl import threadpool_limits

from piste.core.keys import generator
from piste.evaluate.predictions import FloatArray

Statistic: TypeAlias = Callable[[FloatArray], FloatArray]
"""Takes counts (B, R), each column with the sum B; gives the R values, NaN where undefined."""

RESAMPLES = 1000
FEWEST_RESAMPLES = 200
DRAWS = 50_000_000  # beyond 50,000 examples fewer resamples do: the intervals are narrow by then
BLOCK = 2**20  # counts held at one time, 8 MiB


def resamples_for(rows: int) -> int:
    """Return how many resamples are drawn for `rows` examples: 1000, falling to 200 for very many examples."""
    return max(FEWEST_RESAMPLES, min(RESAMPLES, DRAWS // rows))


def resample_counts(rows: int, seed: int) -> Iterator[FloatArray]:
    """Yield blocks (B, r) of how often each example was drawn, r summing to `resamples_for(rows)`."""
    random = generator(seed, "bootstrap")
    resamples = resamples_for(rows)
    block = max(1, min(resamples, BLOCK // rows))
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        draws = random.integers(rows, size=(size, rows), dtype=np.int64)
        draws += rows * np.arange(size)[:, None]
        counts = np.bincount(draws.ravel(), minlength=size * rows).reshape(size, rows)
        yield np.ascontiguousarray(counts.T, dtype=np.float64)


def point_values(statistics: Sequence[Statistic], rows: int) -> FloatArray:
    """Return the value (M,) of each of the M statistics on the examples as they are."""
    ones = np.ones((rows, 1))
    with np.errstate(all="ignore"):
        return np.array([statistic(ones)[0] for statistic in statistics], dtype=np.float64)


def replicates(statistics: Sequence[Statistic], rows: int, seed: int) -> FloatArray:
    """Return the values (M, R) of the M statistics on each resample."""
    # Spinning threads of these short products cost more than they save where other work shares the cores, and one
    # thread adds up in the same order on every machine.
    with np.errstate(all="ignore"), threadpool_limits(limits=1, user_api="blas"):
        blocks = [[statistic(counts) for statistic in statistics] for counts in resample_counts(rows, seed)]
    return np.concatenate([np.array(block, dtype=np.float64).reshape(len(statistics), -1) for block in blocks], axis=1)


def interval(values: FloatArray, point: float) -> tuple[float, float]:
    """Return the 95 % percentile interval of the defined replicates; the point itself where none is."""
    defined = values[np.isfinite(values)]
    if not len(defined):
        return point, point
    low, high = np.quantile(defined, (0.025, 0.975))
    return float(low), float(high)


def certain_interval(value: float, rows: int) -> tuple[float, float]:
    """Return the exact 95 % interval of a share that is 0 or 1, where every resample agrees and knows no doubt.

    Source: Clopper and Pearson, Biometrika 26 (1934), in the closed form for no failure or no success.
    """
    reach = 0.025 ** (1 / rows)
    return (reach, 1.0) if value == 1 else (0.0, 1 - reach)
