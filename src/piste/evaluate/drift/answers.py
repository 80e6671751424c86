"""What the network says, and what is true, then and now."""

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.evaluate.drift.single import Moved, counts_moved, numbers_moved
from piste.evaluate.predictions import FloatArray, Predictions

TARGET_FLOOR = 0.05  # share of the examples that changed their class
_STEADY = 10.0  # condition of the matrix that is inverted
_FEWEST = 100


def outputs_moved(before: FloatArray, now: FloatArray) -> Moved:
    """Return how far the outputs (N, C) of the test split and (M, C) of new data lie apart.

    The farthest output counts, and its chance times their number (black box shift detection by univariate tests:
    Lipton, Wang and Smola, 2018; Rabanser, Günnemann and Lipton, 2019). The two outputs of two classes are one.
    """
    width = before.shape[1]
    columns = range(1, 2) if width == 2 else range(width)
    moved = [numbers_moved(before[:, one], now[:, one]) for one in columns]
    chance = min(1.0, min(one.chance for one in moved) * len(moved))
    return Moved(max(one.share for one in moved), max(one.stability for one in moved), chance)


def target_moved(before: NDArray[np.generic], now: NDArray[np.generic], task: Task) -> Moved:
    """Return how far true targets (N, K) and (M, K), of a regression or labels 0 and 1, lie apart: the farthest."""
    if task is Task.REGRESSION:
        pairs = zip(np.asarray(before, np.float64).T, np.asarray(now, np.float64).T, strict=True)
        moved = [numbers_moved(one, two) for one, two in pairs]
    else:
        on = [np.stack([(one == 0).sum(axis=0), (one == 1).sum(axis=0)]).astype(np.float64) for one in (before, now)]
        moved = [counts_moved(one, two) for one, two in zip(on[0].T, on[1].T, strict=True)]
    far = max(moved, key=lambda one: one.share)
    return Moved(far.share, far.stability, min(1.0, min(one.chance for one in moved) * len(moved)))


def estimated_shares(then: Predictions, now: FloatArray) -> FloatArray | None:
    """Return the shares (C,) that the classes have now if only they changed, from the network's answers alone.

    Solves (shares of answers for each true class) x shares = (shares of answers now), as black box shift estimation
    does (Lipton, Wang and Smola, 2018). None where the test split is small or the classes are hardly told apart.
    """
    if then.task not in (Task.TWO_CLASS, Task.MANY_CLASS) or then.rows < _FEWEST:
        return None
    size = then.outputs.shape[1]
    joint = np.zeros((size, size))
    np.add.at(joint, (then.chosen, then.truth), 1.0)
    true = joint.sum(axis=0)
    if (true == 0).any():
        return None
    said = joint / true
    if np.linalg.cond(said) > _STEADY:
        return None
    answers = np.bincount(np.argmax(now, axis=1), minlength=size) / len(now)
    shares = np.clip(np.linalg.solve(said, answers), 0.0, None)
    return np.asarray(shares / shares.sum())
