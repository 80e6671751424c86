"""Sequences as rows of numbers: step after step, averaged over runs of steps where there are too many."""

import numpy as np
from numpy.typing import NDArray


def laid_out(sequences: NDArray[np.float32], most: int) -> NDArray[np.float32]:
    """Return `sequences` (B, T, C), NaN where there is no step, as float32 (B, F), F at most `most` where possible.

    Runs of equally many steps, the last maybe of fewer, become their mean, as short as that allows; where a run has no
    step it is 0.
    """
    rows, steps, channels = sequences.shape
    run = max(-(-steps * channels // most), 1)
    starts = np.arange(0, steps, min(run, steps))
    there = ~np.isnan(sequences)
    sums = np.add.reduceat(np.where(there, sequences, 0), starts, axis=1)
    counts = np.add.reduceat(there, starts, axis=1, dtype=np.float32)
    return np.asarray(sums / np.maximum(counts, 1), np.float32).reshape(rows, -1)
