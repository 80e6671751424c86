"""Logistic regression: the linear model of classes and labels."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.evaluate.baselines.problem import Answer, Matrix, Problem, Refusal, Rows, drawn_note, joined
from piste.evaluate.baselines.scaling import Scaling
from piste.evaluate.predictions import FloatArray

NAME = "logistic"
PICTURE_VALUES = 1024
PRODUCTS = 60_000_000  # rows x columns x outputs; a pass over them takes about 30 ms, a whole search 200 passes
FEWEST_ROWS = 500
STRENGTHS = (0.01, 0.1, 1.0, 10.0)  # scikit-learn's C, the inverse of the penalty
MOST_ITERATIONS = 100
LEAST_PROBABILITY = 1e-7  # float32 probabilities are clipped here before a logarithm

Fit: TypeAlias = Callable[[Matrix, NDArray[Any], Sequence[float], int], list["Linear"]]


@dataclass(frozen=True)
class Linear:
    """A fitted model: features (B, F) to probabilities (B, K), and whether its optimiser came to rest."""

    probabilities: Callable[[Matrix], FloatArray]
    converged: bool


def logistic(problem: Problem) -> Answer | Refusal:
    """Fit multinomial logistic regression, or one per label, with an L2 penalty chosen on rows held out."""
    columns, outputs = problem.columns(PICTURE_VALUES), 1 if problem.task == Task.TWO_CLASS else problem.size
    affordable = PRODUCTS // max(columns * outputs, 1)
    if affordable < min(problem.rows, FEWEST_ROWS):
        return Refusal(f"{columns:,} input values and {outputs:,} outputs make too many weights")
    rows = problem.draw(NAME, affordable)
    fit = _fit_labels if problem.task == Task.MULTI_LABEL else _fit_classes
    scaling = Scaling.fit(problem.train_features(rows, PICTURE_VALUES))
    inputs = scaling(problem.train_features(rows, PICTURE_VALUES))
    strength = _best_strength(problem, rows, inputs, fit)
    model = fit(inputs, problem.targets[rows], (strength,), problem.size)[0]
    outputs_found = problem.predict(lambda asked: model.probabilities(scaling(asked)), PICTURE_VALUES)
    early = "" if model.converged else f"stopped after {MOST_ITERATIONS} steps, not yet converged"
    note = joined(f"C = {strength:g}", drawn_note(problem, len(rows)), early)
    return Answer(problem.smoothed(outputs_found, len(rows)), note)


def _best_strength(problem: Problem, rows: Rows, inputs: Matrix, fit: Fit) -> float:
    """Return the C with the least log loss on rows held out; 1 where there are too few."""
    parts = problem.hold_out(NAME, np.arange(len(rows)))
    if parts is None:
        return 1.0
    learnt, held = parts
    truth = problem.target_matrix(rows[held])
    models = fit(inputs[learnt], problem.targets[rows[learnt]], STRENGTHS, problem.size)
    losses = [_log_loss(model.probabilities(inputs[held]), truth, problem.single_label) for model in models]
    return STRENGTHS[int(np.argmin(losses))]


def _log_loss(probabilities: FloatArray, truth: FloatArray, single_label: bool) -> float:
    given = np.clip(probabilities, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    absent = 0.0 if single_label else (1 - truth) * np.log(1 - given)
    return float(-np.mean(np.sum(truth * np.log(given) + absent, axis=1)))


def _fit_classes(inputs: Matrix, targets: NDArray[Any], strengths: Sequence[float], size: int) -> list[Linear]:
    """Return a model for each of `strengths`, in ascending order, each started from the one before."""
    known = np.unique(targets)
    if len(known) == 1:
        return [Linear(lambda asked: np.tile(np.eye(size)[known], (len(asked), 1)), True) for _ in strengths]
    models, start = [], None
    for strength in strengths:
        model, converged = _one_fit(inputs, targets, strength, start)
        start = model
        models.append(Linear(_class_probabilities(model, size), converged))
    return models


def _one_fit(inputs: Matrix, targets: NDArray[Any], strength: float, start: Any) -> tuple[Any, bool]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=MOST_ITERATIONS, warm_start=True)
    if start is not None:
        model.coef_, model.intercept_, model.classes_ = start.coef_, start.intercept_, start.classes_
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # said in the note
        model.fit(inputs, targets)
    return model, bool((model.n_iter_ < MOST_ITERATIONS).all())


def _class_probabilities(model: Any, size: int) -> Callable[[Matrix], FloatArray]:
    def probabilities(asked: Matrix) -> FloatArray:
        every = np.zeros((len(asked), size))
        every[:, model.classes_] = model.predict_proba(asked)
        return every

    return probabilities


def _fit_labels(inputs: Matrix, targets: NDArray[Any], strengths: Sequence[float], size: int) -> list[Linear]:
    """Return for each of `strengths` one model per label, side by side."""
    labels = [_fit_classes(inputs, column, strengths, 2) for column in targets.T]
    return [_side_by_side(models) for models in zip(*labels, strict=True)]


def _side_by_side(models: Sequence[Linear]) -> Linear:
    def probabilities(asked: Matrix) -> FloatArray:
        return np.stack([model.probabilities(asked)[:, 1] for model in models], axis=1)

    return Linear(probabilities, all(model.converged for model in models))
