"""The rows on which both sides look for a network as good as the mark."""

import numpy as np

from benchmarks.search.race import RACES
from benchmarks.search.trial import Race, Rows
from benchmarks.speed.problem import mnist1d
from piste.core.keys import generator

HELD = 1000  # of the 4000 train rows, for validation


def rows() -> Race:
    """Return the CNN's race without trials: 3000 train and 1000 validation rows of MNIST-1D."""
    entry, (train, _) = RACES["cnn"], mnist1d()
    order = generator(0, "rows of the validation").permutation(len(train.labels))
    kept, held = (
        Rows(
            np.asarray(train.inputs, np.float32)[some].reshape(len(some), -1), np.asarray(train.labels, np.int64)[some]
        )
        for some in (order[HELD:], order[:HELD])
    )
    return Race(entry.kind, entry.epochs, entry.batch_size, kept, held)
