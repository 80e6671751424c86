"""What a column looks like in the train split, counted for drawing."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Distribution, Kind
from piste.data.columns import Column

BINS, LEVELS, PERIODS = 20, 20, 40


def distribution(column: Column) -> Distribution | None:
    """Return counts of the values of `column`, missing ones left out; none for pictures and identifiers.

    Numbers, those of sequences together, and the words in a text are counted in bins of equal width, the rest by level,
    dates by year, month or day, whichever gives at most `PERIODS`.
    """
    values = column.values[~column.missing]
    if len(values) == 0:
        return None
    match column.kind:
        case Kind.NUMBER:
            return histogram(np.asarray(values, np.float64))
        case Kind.SEQUENCE:
            numbers = np.asarray(values, np.float64)
            return histogram(numbers[~np.isnan(numbers)])
        case Kind.TEXT:
            return histogram(np.array([len(text.split()) for text in values.tolist()], np.float64))
        case Kind.FLAG:
            yes = int(np.sum(values == 1))
            return Distribution((len(values) - yes, yes), labels=("no", "yes"))
        case Kind.CATEGORY:
            return _levels(values)
        case Kind.DATE:
            return _periods(values)
        case _:
            return None


def histogram(values: NDArray[np.float64]) -> Distribution | None:
    """Return counts in bins of equal width; each whole number has its own where they are few."""
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low):
        return None
    whole = high - low < BINS and bool((values == np.floor(values)).all())
    edges = np.arange(low - 0.5, high + 1) if whole else np.linspace(low, high, BINS + 1)
    if not np.all(np.diff(edges) > 0):
        return Distribution((len(values),), labels=(f"{low:g}",))
    counts, _ = np.histogram(values, edges)
    return Distribution(tuple(counts.tolist()), edges=tuple(edges.tolist()))


def _levels(values: NDArray[np.generic]) -> Distribution:
    found = Counter(values.tolist())
    most = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = most[:LEVELS]
    others = sum(count for _, count in most[LEVELS:])
    return Distribution(tuple(count for _, count in shown), labels=tuple(label for label, _ in shown), others=others)


def _periods(values: NDArray[np.generic]) -> Distribution:
    for unit in ("D", "M", "Y"):
        periods, counts = np.unique(values.astype(f"datetime64[{unit}]"), return_counts=True)
        if len(periods) <= PERIODS:
            break
    labels = tuple(str(period) for period in periods[-PERIODS:])
    others = int(counts[:-PERIODS].sum())
    return Distribution(tuple(counts[-PERIODS:].tolist()), labels=labels, others=others)
