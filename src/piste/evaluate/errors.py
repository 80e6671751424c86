"""Where a model is wrong: the confusion matrix, predictions beside the truth, and the worst single examples."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from piste.core.keys import generator
from piste.core.records import LabelRecord, Task, WrongExample
from piste.evaluate.metrics import truth_losses
from piste.evaluate.predictions import LABEL_THRESHOLD, FloatArray, Predictions

MOST_RESIDUALS = 2000
MOST_WRONG = 12

Describe: TypeAlias = Callable[[int], tuple[dict[str, str], str]]
"""Takes a position in the test split; gives the features as a person reads them, and a PNG as base64 or ""."""


def confusion(predictions: Predictions) -> tuple[tuple[int, ...], ...]:
    """Return how often each true class (row) was given each class (column); empty for other tasks."""
    if predictions.task not in (Task.TWO_CLASS, Task.MANY_CLASS):
        return ()
    size = predictions.outputs.shape[1]
    cells = np.bincount(predictions.truth * size + predictions.chosen, minlength=size * size)
    return tuple(tuple(row) for row in cells.reshape(size, size).tolist())


def labels(predictions: Predictions) -> tuple[LabelRecord, ...]:
    """Return how each label was found; empty for other tasks."""
    if predictions.task is not Task.MULTI_LABEL:
        return ()
    there, said = predictions.truth.astype(np.int64), predictions.chosen
    names = predictions.classes or predictions.names or tuple(f"label {at}" for at in range(there.shape[1]))
    counts = (there.sum(axis=0).tolist(), said.sum(axis=0).tolist(), (there * said).sum(axis=0).tolist())
    return tuple(LabelRecord(*one, LABEL_THRESHOLD) for one in zip(names, *counts, strict=True))


def residuals(predictions: Predictions, seed: int) -> tuple[tuple[float, float], ...]:
    """Return (truth, prediction) of all examples or of a named draw, at most 2000 pairs; empty for other tasks.

    Several outputs are pooled.
    """
    if predictions.task != Task.REGRESSION:
        return ()
    most = max(1, MOST_RESIDUALS // predictions.outputs.shape[1])
    rows = np.arange(predictions.rows)
    if len(rows) > most:
        rows = np.sort(generator(seed, "residuals").choice(len(rows), most, replace=False))
    truth, outputs = predictions.truth[rows].ravel(), predictions.outputs[rows].ravel()
    return tuple(zip(truth.tolist(), outputs.tolist(), strict=True))


def worst(
    predictions: Predictions, rows: Sequence[int] | NDArray[np.int64], describe: Describe
) -> tuple[WrongExample, ...]:
    """Return the wrongly predicted examples of largest loss, at most 12, the worst first.

    Parameters
    ----------
    predictions
        Truth and outputs of B examples.
    rows
        The row (B,) of each example within its source.
    describe
        Gives the values and the picture of the example at a position, 0 to B - 1.

    Returns
    -------
    tuple of WrongExample
        The loss is -log of the probability given to the truth (its mean over the labels for multi-label), or the
        squared error (its mean over the outputs). An example without any error is never among them.
    """
    losses, wrong = _losses(predictions), _is_wrong(predictions)
    order = np.argsort(np.where(wrong, -losses, np.inf), kind="stable")[: min(MOST_WRONG, int(wrong.sum()))]
    return tuple(_example(predictions, int(place), int(rows[place]), float(losses[place]), describe) for place in order)


def _losses(predictions: Predictions) -> FloatArray:
    if predictions.task == Task.REGRESSION:
        return np.asarray(((predictions.outputs - predictions.truth) ** 2).mean(axis=1))
    losses = truth_losses(predictions)
    return np.asarray(losses.mean(axis=1)) if losses.ndim == 2 else losses


def _is_wrong(predictions: Predictions) -> NDArray[np.bool_]:
    given = predictions.outputs if predictions.task == Task.REGRESSION else predictions.chosen
    different = np.asarray(given != predictions.truth)
    return np.asarray(different.reshape(len(different), -1).any(axis=1))


def _example(predictions: Predictions, place: int, row: int, loss: float, describe: Describe) -> WrongExample:
    values, picture = describe(place)
    truth, prediction, confidence = _words(predictions, place)
    return WrongExample(row, truth, prediction, loss, confidence, values, picture)


def _words(predictions: Predictions, place: int) -> tuple[str, str, float | None]:
    """Return truth and prediction as a person reads them, and the probability of the predicted class."""
    truth, output = predictions.truth[place], predictions.outputs[place]
    if predictions.task == Task.REGRESSION:
        return _numbers(truth), _numbers(output), None
    chosen = predictions.chosen[place]
    if predictions.task == Task.MULTI_LABEL:
        return _labels(predictions, truth), _labels(predictions, chosen), None
    return predictions.classes[truth], predictions.classes[chosen], float(output[chosen])


def _numbers(values: FloatArray) -> str:
    return ", ".join(f"{value:.6g}" for value in values)


def _labels(predictions: Predictions, present: NDArray[np.int64]) -> str:
    names = predictions.classes or predictions.names
    return ", ".join(name for name, there in zip(names, present, strict=True) if there) or "none"
