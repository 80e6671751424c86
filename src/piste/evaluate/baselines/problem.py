"""What every baseline is given and gives back, and the draws of train rows that keep its work within bounds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from piste.core.keys import generator
from piste.core.records import Task
from piste.evaluate.baselines.pictures import pooled
from piste.evaluate.baselines.sequences import laid_out
from piste.evaluate.predictions import FloatArray

Matrix: TypeAlias = NDArray[np.float32]
Rows: TypeAlias = NDArray[np.int64]

HELD_SHARE = 0.2  # of the rows that a baseline learns from, to choose its one setting
MOST_HELD = 2000
FEWEST_TO_HOLD = 30  # rows below which a part held out says nothing
CHUNK_VALUES = 2**23  # input values turned into features at one time while predicting: 32 MiB


@dataclass(frozen=True)
class Answer:
    """Outputs for the test examples, shaped as in `Predictions.outputs`; `note` says what was settled and left out."""

    outputs: FloatArray
    note: str = ""


@dataclass(frozen=True)
class Refusal:
    """Why a baseline was not run."""

    reason: str


@dataclass(frozen=True)
class Problem:
    """One task, its train split and the inputs of its test split.

    Attributes
    ----------
    inputs, test_inputs
        float32 (B, F), uint8 (B, height, width, channels) for pictures, or float32 (B, steps, channels) for sequences.
    targets
        int64 (B,) for two-class and many-class; int64 (B, K) of 0 and 1 for multi-label; float64 (B, K) for
        regression.
    size
        Number of outputs: classes C, labels K or numbers K.
    """

    inputs: NDArray[Any]
    targets: NDArray[Any]
    test_inputs: NDArray[Any]
    task: Task
    size: int
    seed: int

    @property
    def rows(self) -> int:
        """Number of train examples."""
        return len(self.inputs)

    @property
    def has_inputs(self) -> bool:
        """Whether an example has any input value at all."""
        return int(np.prod(self.inputs.shape[1:])) > 0

    @property
    def single_label(self) -> bool:
        """Whether each example has exactly one class."""
        return self.task in (Task.TWO_CLASS, Task.MANY_CLASS)

    def target_matrix(self, rows: Rows) -> FloatArray:
        """Return the targets of `rows` as float64 (B, K); classes as one column each with a single 1."""
        if self.single_label:
            return np.asarray(np.eye(self.size)[self.targets[rows]])
        return np.asarray(self.targets[rows], dtype=np.float64)

    def shares(self) -> FloatArray:
        """Return the mean (K,) of each target over the whole train split: the classes' shares, or the means."""
        if self.single_label:
            return np.asarray(np.bincount(self.targets, minlength=self.size) / self.rows)
        return np.asarray(self.targets.mean(axis=0, dtype=np.float64))

    def columns(self, most: int) -> int:
        """Return how many features `features` gives."""
        return int(features(self.inputs[:1], most).shape[1])

    def train_features(self, rows: Rows, most: int) -> Matrix:
        """Return the features (B, F) of the train examples `rows`, pictures shrunk to at most `most` values."""
        return features(self.inputs[rows], most)

    def predict(self, model: Callable[[Matrix], FloatArray], most: int) -> FloatArray:
        """Return `model` of the features of every test example, a bounded number of them at a time."""
        values = int(np.prod(self.test_inputs.shape[1:], dtype=np.int64))
        step = max(1, CHUNK_VALUES // max(values, 1))
        parts = [
            model(features(self.test_inputs[start : start + step], most))
            for start in range(0, len(self.test_inputs), step)
        ]
        return np.concatenate(parts).astype(np.float64) if parts else np.empty((0, self.size))

    def draw(self, name: str, most: int) -> Rows:
        """Return at most `most` train rows in order: all, or the named draw, in which each class keeps its share."""
        if self.rows <= most:
            return np.arange(self.rows, dtype=np.int64)
        order = generator(self.seed, "baseline", name, "rows").permutation(self.rows)
        if self.single_label:
            order = order[np.argsort(self.targets[order], kind="stable")]
        every = (np.arange(most) * self.rows + self.rows // 2) // most
        return np.sort(order[every])

    def hold_out(self, name: str, rows: Rows) -> tuple[Rows, Rows] | None:
        """Divide `rows` into those to fit on and those to choose a setting by; `None` where they are too few."""
        if len(rows) < FEWEST_TO_HOLD:
            return None
        order = generator(self.seed, "baseline", name, "held out").permutation(rows)
        held = min(MOST_HELD, round(HELD_SHARE * len(rows)))
        return np.sort(order[held:]), np.sort(order[:held])

    def smoothed(self, probabilities: FloatArray, rows: int) -> FloatArray:
        """Mix in the train shares with the weight of one example among `rows`, so that nothing is impossible."""
        return np.asarray((rows * probabilities + self.shares()) / (rows + 1))


def features(inputs: NDArray[Any], most: int) -> Matrix:
    """Return tables as they are, pictures as float32 (B, F) in [0, 1], and sequences as float32 (B, F).

    Pictures and sequences are shrunk to at most `most` values.
    """
    if inputs.ndim == 3:
        return laid_out(inputs, most)
    return pooled(inputs, most) if inputs.ndim == 4 else np.asarray(inputs, dtype=np.float32)


def drawn_note(problem: Problem, used: int) -> str:
    """Return what to say about the train rows that were used; nothing where all were."""
    return "" if used == problem.rows else f"learnt from {used:,} of {problem.rows:,} train rows"


def joined(*notes: str) -> str:
    """Return the notes that say something, with semicolons between."""
    return "; ".join(note for note in notes if note)
