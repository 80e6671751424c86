"""What is judged: the true targets of a split beside a model's outputs for the same examples."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.core.records import Task

FloatArray: TypeAlias = NDArray[np.float64]

LABEL_THRESHOLD = 0.5  # a label of a multi-label target is predicted from this probability on


@dataclass(frozen=True)
class Predictions:
    """Truth and outputs of B examples.

    Attributes
    ----------
    task
        What is predicted.
    classes
        Labels in the order of the outputs; empty for regression.
    truth
        two-class and many-class: integers (B,) that count in `classes`; multi-label: 0 or 1 (B, K);
        regression: float64 (B, K) in the target's own units.
    outputs
        float64: probabilities (B, C), C = 2 for two-class; multi-label: probabilities (B, K);
        regression: (B, K) in the target's own units.
    names
        Names of the targets; K of them for a multi-label or multi-output target.
    """

    task: Task
    classes: tuple[str, ...]
    truth: NDArray[Any]
    outputs: FloatArray
    names: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Number of examples."""
        return len(self.truth)

    @property
    def chosen(self) -> NDArray[np.int64]:
        """The predicted class (B,), or for multi-label the predicted labels (B, K) as 0 and 1."""
        return chosen(self.task, self.outputs)


def chosen(task: Task, outputs: FloatArray) -> NDArray[np.int64]:
    """Return the class (B,) that outputs (B, C) predict, or for multi-label the labels (B, K) as 0 and 1."""
    if task == Task.MULTI_LABEL:
        return (outputs >= LABEL_THRESHOLD).astype(np.int64)
    return np.asarray(np.argmax(outputs, axis=1), dtype=np.int64)


def check(predictions: Predictions) -> None:
    """Raise `DataError` where there is no example, the shapes disagree, or an output is not finite."""
    truth, outputs = predictions.truth, predictions.outputs
    if predictions.rows == 0:
        raise DataError("There is no example to evaluate on: the split is empty. Give more rows or a larger share.")
    single = predictions.task in (Task.TWO_CLASS, Task.MANY_CLASS)
    expected = (len(truth), max(len(predictions.classes), 2)) if single else truth.shape
    if outputs.shape != expected:
        raise DataError(
            f"The predictions have shape {outputs.shape}, but {predictions.rows} examples of this {predictions.task} "
            f"target need {expected}. Predict every example once, with one column per output."
        )
    wrong = ~np.isfinite(outputs).all(axis=1)
    if wrong.any():
        raise DataError(
            f"{int(wrong.sum())} of {predictions.rows} predictions are not finite numbers (the first is row "
            f"{int(np.argmax(wrong))}): the training diverged. Train again with a lower learning rate."
        )
