"""Whether the predicted probabilities are as often right as they say."""

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Calibration, Task
from piste.evaluate.predictions import FloatArray, Predictions

MOST_BINS = 10
FEWEST_IN_BIN = 20


def calibration(predictions: Predictions) -> Calibration | None:
    """Return the reliability of the probabilities in bins of about equal count; `None` for regression.

    Two classes: the probability of the second against how often it is the truth. Many classes: the probability of
    the predicted class against how often it is right. Multi-label: every label's probability against its presence.
    Equal probabilities share a bin, so a bin may be larger than the others. The expected error is the mean over
    examples of the bins' distance from the diagonal (Naeini, Cooper and Hauskrecht, AAAI 2015).
    """
    if predictions.task == Task.REGRESSION or not predictions.rows:
        return None
    probability, outcome = _pairs(predictions)
    place = _bins(probability)
    counts = np.bincount(place)
    predicted = np.bincount(place, weights=probability) / counts
    observed = np.bincount(place, weights=outcome) / counts
    error = float(counts @ np.abs(predicted - observed) / counts.sum())
    return Calibration(tuple(predicted.tolist()), tuple(observed.tolist()), tuple(counts.tolist()), error)


def _pairs(predictions: Predictions) -> tuple[FloatArray, NDArray[np.bool_]]:
    truth, outputs = predictions.truth, predictions.outputs
    if predictions.task == Task.MULTI_LABEL:
        return outputs.ravel(), np.asarray(truth == 1).ravel()
    if predictions.task == Task.TWO_CLASS:
        return outputs[:, 1], np.asarray(truth == 1)
    return outputs.max(axis=1), np.asarray(truth == predictions.chosen)


def _bins(probability: FloatArray) -> NDArray[np.int64]:
    """Return the bin (B,) of each example, counted from 0 without gaps, in ascending order of probability."""
    bins = max(1, min(MOST_BINS, len(probability) // FEWEST_IN_BIN))
    edges = np.quantile(probability, np.arange(1, bins) / bins, method="inverted_cdf")
    place = np.searchsorted(edges, probability, side="left")
    return np.asarray(np.unique(place, return_inverse=True)[1], dtype=np.int64)
