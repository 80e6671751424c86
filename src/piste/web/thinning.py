"""Long curves with few points: the lowest and the highest of every bucket, so that no spike is lost."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


def kept(series: Sequence[Numbers], buckets: int, always: Sequence[int] = ()) -> NDArray[np.int64]:
    """Return the places to keep of `series`, each (T,) float64, in ascending order.

    The T points are divided into at most `buckets` parts of equal length; of every series the lowest and the highest
    point of each part stay, so a line through the kept points covers the same pixels as a line through all (Jugel et
    al., M4, 2014, without its first and last points). The first and the last point and the places `always` stay.
    Where T is at most 2 `buckets`, everything stays. NaN is never the lowest or the highest unless nothing else is
    there.
    """
    total = len(series[0]) if series else 0
    if total <= 2 * buckets:
        return np.arange(total)
    length = -(-total // buckets)
    parts = -(-total // length)
    starts = np.arange(parts) * length
    chosen = [np.array([0, total - 1, *(place for place in always if 0 <= place < total)])]
    for values in series:
        for empty, pick in ((np.inf, np.argmin), (-np.inf, np.argmax)):
            padded = np.full(parts * length, empty)
            padded[:total] = np.where(np.isnan(values), empty, values)
            chosen.append(starts + pick(padded.reshape(parts, length), axis=1))
    places = np.unique(np.concatenate(chosen))
    return places[places < total]
