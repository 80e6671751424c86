"""Ridge regression: the linear model of numbers."""

from typing import Any

import numpy as np

from piste.evaluate.baselines.problem import Answer, Matrix, Problem, Refusal, Rows, drawn_note, joined
from piste.evaluate.baselines.scaling import Scaling
from piste.evaluate.predictions import FloatArray

NAME = "ridge"
PICTURE_VALUES = 1024
PRODUCTS = 20_000_000_000  # of the normal equations, about 1 s
FEWEST_ROWS = 500
PENALTIES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)  # times the number of rows


def ridge(problem: Problem) -> Answer | Refusal:
    """Fit least squares with an L2 penalty chosen on rows held out."""
    columns = problem.columns(PICTURE_VALUES)
    affordable = _affordable(columns)
    if affordable < min(problem.rows, FEWEST_ROWS):
        return Refusal(f"{columns:,} input values make too many weights")
    rows = problem.draw(NAME, affordable)
    inputs = problem.train_features(rows, PICTURE_VALUES)
    scaling = Scaling.fit(inputs)
    inputs = scaling(inputs)
    penalty = _best_penalty(problem, rows, inputs)
    model = _fit(inputs, problem.target_matrix(rows), penalty)
    outputs = problem.predict(lambda asked: _outputs(model, scaling(asked)), PICTURE_VALUES)
    return Answer(outputs, joined(f"penalty {penalty:g}", drawn_note(problem, len(rows))))


def _affordable(columns: int) -> int:
    """Return for how many rows the smaller of the two forms of the normal equations is within bounds."""
    primal = PRODUCTS // max(columns, 1) ** 2
    return primal if primal >= columns else int((PRODUCTS / columns) ** 0.5)


def _best_penalty(problem: Problem, rows: Rows, inputs: Matrix) -> float:
    """Return the penalty with the least squared error on rows held out, each output scaled by its deviation."""
    parts = problem.hold_out(NAME, np.arange(len(rows)))
    if parts is None:
        return 1e-2
    learnt, held = parts
    targets, truth = problem.target_matrix(rows[learnt]), problem.target_matrix(rows[held])
    spread = targets.std(axis=0)
    scale = np.where(spread > 0, spread, 1)
    errors = [
        np.mean(((_outputs(_fit(inputs[learnt], targets, penalty), inputs[held]) - truth) / scale) ** 2)
        for penalty in PENALTIES
    ]
    return PENALTIES[int(np.argmin(errors))]


def _fit(inputs: Matrix, targets: FloatArray, penalty: float) -> Any:
    from sklearn.linear_model import Ridge

    # float64: the normal equations square the condition number, which near-copies of a column make large
    return Ridge(alpha=penalty * len(inputs)).fit(inputs.astype(np.float64), targets)


def _outputs(model: Any, inputs: Matrix) -> FloatArray:
    return np.asarray(model.predict(inputs), dtype=np.float64).reshape(len(inputs), -1)
