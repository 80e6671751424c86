"""What the data and the network say about the test examples: the other side of every comparison with people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.human import HumanAnswer
from piste.core.records import Task

NONE = "none"  # the answer of a multi-label target where no label fits


@dataclass(frozen=True)
class Known:
    """Truth and prediction of B test examples.

    Attributes
    ----------
    task, classes
        As in `Predictions`; for a multi-label target, `classes` are its labels.
    rows
        int64 (B,), each example's row within its source.
    truth, network
        float64 (B,) for regression, else object (B,) of `str`: the class, or the labels with ", " between.
    confidence
        float64 (B,), the probability of the predicted class; None where there is no such thing.
    """

    task: Task
    classes: tuple[str, ...]
    rows: NDArray[np.int64]
    truth: NDArray[Any]
    network: NDArray[Any]
    confidence: NDArray[np.float64] | None = None

    @property
    def numbers(self) -> bool:
        """Whether numbers are predicted."""
        return self.task is Task.REGRESSION


def latest(answers: Iterable[HumanAnswer], name: str, *, again: bool = False) -> dict[int, HumanAnswer]:
    """Return the answer that holds for each row that `name` was asked about in that pass."""
    return {one.row: one for one in answers if one.name == name and one.again == again}


def values_of(answers: Mapping[int, HumanAnswer]) -> dict[int, Any]:
    """Return row -> number or text of the answers in which something was said."""
    return {
        row: ", ".join(one.labels) if one.number is None else one.number
        for row, one in answers.items()
        if not one.skipped
    }
