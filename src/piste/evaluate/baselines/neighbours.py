"""The nearest train examples' targets, averaged."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from piste.core.keys import generator
from piste.core.records import Task
from piste.evaluate.baselines.problem import Answer, Matrix, Problem, Refusal, Rows, drawn_note, joined
from piste.evaluate.baselines.scaling import Scaling
from piste.evaluate.predictions import FloatArray

NAME = "nearest"
COUNTS = (1, 3, 10, 30)  # numbers of neighbours tried
TRIED = 1000  # train examples whose own neighbours decide between them
PICTURE_VALUES = 1024
PAIRS = 300_000_000  # distances, about 10 ns each
PRODUCTS = 100_000_000_000  # multiplications in them, about 4 s on one core
FEWEST_ROWS = 1000


def nearest(problem: Problem) -> Answer | Refusal:
    """Average the targets of the k nearest train examples by Euclidean distance between scaled inputs.

    k is the one of 1, 3, 10 and 30 whose leave-one-out predictions of up to 1000 train examples have the least
    squared error.
    """
    from sklearn.neighbors import NearestNeighbors

    columns, queries = problem.columns(PICTURE_VALUES), len(problem.test_inputs) + TRIED
    affordable = min(PAIRS // queries, PRODUCTS // (queries * max(columns, 1)))
    if affordable < min(problem.rows, FEWEST_ROWS):
        return Refusal(f"{len(problem.test_inputs):,} test examples of {columns:,} values need too many distances")
    rows = problem.draw(NAME, affordable)
    inputs = problem.train_features(rows, PICTURE_VALUES)
    scaling = Scaling.fit(inputs)
    inputs, targets = scaling(inputs), problem.target_matrix(rows)
    index = NearestNeighbors(algorithm="brute").fit(inputs)
    count = _best_count(problem, index, inputs, targets)

    def model(asked: Matrix) -> FloatArray:
        return _averaged(index.kneighbors(scaling(asked), count, return_distance=False), targets)

    outputs = problem.predict(model, PICTURE_VALUES)
    if problem.task != Task.REGRESSION:
        outputs = problem.smoothed(outputs, count)
    noun = "neighbour" if count == 1 else "neighbours"
    return Answer(outputs, joined(f"{count} {noun}", drawn_note(problem, len(rows))))


def _averaged(neighbours: NDArray[np.int64], targets: FloatArray) -> FloatArray:
    """Return the mean (Q, K) of the targets of each row's `neighbours` (Q, k)."""
    asked, count = neighbours.shape
    starts = np.arange(0, asked * count + 1, count)
    weights = np.full(asked * count, 1 / count)
    return np.asarray(csr_array((weights, neighbours.ravel(), starts), shape=(asked, len(targets))) @ targets)


def _best_count(problem: Problem, index: Any, inputs: Matrix, targets: FloatArray) -> int:
    """Return the number of neighbours with the least leave-one-out error; targets are made comparable first."""
    counts = [count for count in COUNTS if count < len(inputs)]
    if not counts:
        return 1
    order = generator(problem.seed, "baseline", NAME, "tried").permutation(len(inputs))
    tried = np.sort(order[:TRIED])
    others = _without_self(index.kneighbors(inputs[tried], counts[-1] + 1, return_distance=False), tried)
    spread = targets.std(axis=0) if problem.task == Task.REGRESSION else np.ones(problem.size)
    scaled = targets / np.where(spread > 0, spread, 1)
    errors = [np.mean((_averaged(others[:, :count], scaled) - scaled[tried]) ** 2) for count in counts]
    return counts[int(np.argmin(errors))]


def _without_self(neighbours: NDArray[np.int64], own: Rows) -> NDArray[np.int64]:
    """Drop each example from its own neighbours (Q, k + 1), or the farthest where copies of it crowd it out."""
    mine = neighbours == own[:, None]
    mine[~mine.any(axis=1), -1] = True
    return np.asarray(neighbours[~mine].reshape(len(own), -1))
