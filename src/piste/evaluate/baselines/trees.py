"""Gradient-boosted trees on binned inputs: the model to beat on tables."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.keys import seed_of
from piste.core.records import Task
from piste.evaluate.baselines.problem import Answer, Matrix, Problem, Refusal, Rows, drawn_note, joined
from piste.evaluate.predictions import FloatArray

NAME = "trees"
PICTURE_VALUES = 200
MOST_COLUMNS = 512
TABLE_BINS = 255  # with 63, the trees of adult lose 0.011 of their area under the ROC curve
PICTURE_BINS = 63
WORK = 2_200_000_000  # visits to a (row or bin, column) pair, 5 to 10 ns each
TREE_WORK = 60_000  # what a tree costs however small it is, in visits
FEWEST_ROWS = 1000
MANY_ROWS = 5000  # from here on a tree can afford its usual 31 leaves
LEAST_PROBABILITY = 1e-7  # below this, a class not seen while fitting would decide alone
FEW_TREES = 3  # trees a round up to which 100 rounds are tried


@dataclass(frozen=True)
class Plan:
    """How the trees are grown, settled from the sizes alone."""

    rows: int
    rounds: int
    leaves: int
    rate: float
    bins: int


def plan(rows: int, columns: int, trees: int, bins: int) -> Plan | None:
    """Return what `WORK` allows for two fits with `trees` trees in each round, or `None` where it is too little."""
    leaves = 31 if rows >= MANY_ROWS else 8
    rounds, rate = (100, 0.1) if trees <= FEW_TREES else (50, 0.2)
    affordable = (WORK // (2 * rounds * trees) - TREE_WORK) // max(columns, 1) - leaves * bins
    if affordable < min(rows, FEWEST_ROWS):
        return None
    return Plan(min(rows, affordable), rounds, leaves, rate, bins)


def boosted_trees(problem: Problem) -> Answer | Refusal:
    """Fit scikit-learn's histogram gradient boosting, with the number of rounds chosen on rows held out."""
    columns = min(problem.columns(PICTURE_VALUES), MOST_COLUMNS)
    trees = 1 if problem.task == Task.TWO_CLASS else problem.size
    bins = PICTURE_BINS if problem.inputs.ndim == 4 else TABLE_BINS
    settled = plan(problem.rows, columns, trees, bins)
    if settled is None:
        return Refusal(f"{trees:,} trees in every round over {columns:,} input values are too many")
    rows = problem.draw(NAME, settled.rows)
    inputs = problem.train_features(rows, PICTURE_VALUES)
    kept = _most_varied(inputs)
    inputs = inputs[:, kept]
    parts = problem.hold_out(NAME, np.arange(len(rows)))
    grown = [_grown(inputs, targets, parts, settled, size, problem.seed) for targets, size in _outputs(problem, rows)]
    outputs = problem.predict(
        lambda asked: np.concatenate([one.values(asked[:, kept]) for one in grown], axis=1), PICTURE_VALUES
    )
    if problem.task == Task.MULTI_LABEL:
        outputs = outputs[:, 1::2]  # of each label's two classes, the one that it is there
    if problem.task != Task.REGRESSION:
        outputs = problem.smoothed(outputs, len(rows))
    some = f"the {MOST_COLUMNS} most varied columns" if len(kept) < problem.columns(PICTURE_VALUES) else ""
    return Answer(outputs, joined(_rounds_note(grown), drawn_note(problem, len(rows)), some))


def _most_varied(inputs: Matrix) -> NDArray[np.int64]:
    """Return which columns are used: all, or the `MOST_COLUMNS` of largest variance."""
    if inputs.shape[1] <= MOST_COLUMNS:
        return np.arange(inputs.shape[1])
    order = np.argsort(-inputs.var(axis=0, dtype=np.float64), kind="stable")
    return np.sort(order[:MOST_COLUMNS])


def _outputs(problem: Problem, rows: Rows) -> list[tuple[NDArray[Any], int]]:
    """Return the targets (B,) of each ensemble that is needed and its number of classes, 0 for numbers."""
    targets = problem.targets[rows]
    if problem.single_label:
        return [(targets, problem.size)]
    return [(column, 2 if problem.task == Task.MULTI_LABEL else 0) for column in targets.T]


@dataclass(frozen=True)
class _Grown:
    """A fitted ensemble: features (B, F) to values (B, C), or (B, 1) for numbers."""

    values: Callable[[Matrix], FloatArray]
    rounds: int


def _grown(
    inputs: Matrix, targets: NDArray[Any], parts: tuple[Rows, Rows] | None, settled: Plan, size: int, seed: int
) -> _Grown:
    if size and len(np.unique(targets)) == 1:
        return _Grown(lambda asked: np.tile(np.eye(size)[targets[:1]], (len(asked), 1)), 0)
    rounds = settled.rounds if parts is None else _best_rounds(inputs, targets, parts, settled, size, seed)
    model = _fit(inputs, targets, settled, rounds, size, seed)
    return _Grown(
        lambda asked: _values(model, model.predict_proba(asked) if size else model.predict(asked), size), rounds
    )


def _best_rounds(
    inputs: Matrix, targets: NDArray[Any], parts: tuple[Rows, Rows], settled: Plan, size: int, seed: int
) -> int:
    """Return after how many rounds the rows held out have the least loss."""
    learnt, held = parts
    if size and len(np.unique(targets[learnt])) == 1:
        return settled.rounds
    model = _fit(inputs[learnt], targets[learnt], settled, settled.rounds, size, seed)
    stages: Iterator[FloatArray] = (model.staged_predict_proba if size else model.staged_predict)(inputs[held])
    losses = [_loss(_values(model, stage, size), targets[held], size) for stage in stages]
    return int(np.argmin(losses)) + 1


def _fit(inputs: Matrix, targets: NDArray[Any], settled: Plan, rounds: int, size: int, seed: int) -> Any:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    kind = HistGradientBoostingClassifier if size else HistGradientBoostingRegressor
    model = kind(
        learning_rate=settled.rate,
        max_iter=rounds,
        max_leaf_nodes=settled.leaves,
        max_bins=settled.bins,
        early_stopping=False,
        random_state=seed_of(seed, "baseline", NAME) % 2**32,
    )
    return model.fit(inputs, targets)


def _values(model: Any, found: FloatArray, size: int) -> FloatArray:
    if not size:
        return np.asarray(found, dtype=np.float64)[:, None]
    every = np.zeros((len(found), size))
    every[:, model.classes_] = found
    return every


def _loss(values: FloatArray, truth: NDArray[Any], size: int) -> float:
    if not size:
        return float(np.mean((values[:, 0] - truth) ** 2))
    return float(-np.mean(np.log(np.maximum(values[np.arange(len(truth)), truth], LEAST_PROBABILITY))))


def _rounds_note(grown: list[_Grown]) -> str:
    rounds = sorted({one.rounds for one in grown})
    return f"{rounds[0]} rounds" if len(rounds) == 1 else f"{rounds[0]} to {rounds[-1]} rounds"
