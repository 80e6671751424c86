"""Scores: each metric of a task with its interval, and which of them decides."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Score, Task
from piste.evaluate.bootstrap import certain_interval, interval, point_values, replicates
from piste.evaluate.metrics import Metric, metrics_of
from piste.evaluate.predictions import FloatArray, Predictions

RARE = 0.2  # share of the rarer of two classes, or of a label, below which accuracy says little
STRONG_IMBALANCE = 10  # largest class over rarest, from which many classes are judged one by one


def evaluate(predictions: Predictions, seed: int, unit: str = "") -> tuple[Score, ...]:
    """Return the metrics of the task on these examples, each with its 95 % bootstrap interval.

    Parameters
    ----------
    predictions
        Truth and outputs of B examples.
    seed
        Seed of the run; the resamples are the named draw "bootstrap".
    unit
        Unit of a regression target, carried by the metrics measured in it.

    Returns
    -------
    tuple of Score
        Only the metrics that are defined on these examples. F1 is that of the last class for two classes; macro
        means are over the classes that occur. A share that is exactly 0 or 1 has the exact binomial interval.

    Raises
    ------
    DataError
        When there is no example, the shapes disagree, or an output is not finite.
    """
    metrics = metrics_of(predictions)
    values = [metric.values for metric in metrics]
    points = point_values(values, predictions.rows)
    return scores_of(metrics, points, replicates(values, predictions.rows, seed), predictions.rows, unit)


def scores_of(
    metrics: Sequence[Metric], points: FloatArray, drawn: FloatArray, rows: int, unit: str
) -> tuple[Score, ...]:
    """Return the scores whose points (M,) are defined, with intervals from the replicates `drawn` (M, R)."""
    return tuple(
        _score(metric, float(point), values, rows, unit)
        for metric, point, values in zip(metrics, points, drawn, strict=True)
        if np.isfinite(point)
    )


def _score(metric: Metric, point: float, drawn: FloatArray, rows: int, unit: str) -> Score:
    certain = metric.share and point in (0.0, 1.0)
    low, high = certain_interval(point, rows) if certain else interval(drawn, point)
    return Score(metric.name, point, low, high, metric.higher_is_better, unit if metric.in_units else "")


def main_score(task: Task, imbalanced: bool = False) -> str:
    """Return the name of the score that decides; for an imbalanced target one that the common class cannot win."""
    plain, fair = {
        Task.TWO_CLASS: ("accuracy", "ROC AUC"),
        Task.MANY_CLASS: ("accuracy", "balanced accuracy"),
        Task.MULTI_LABEL: ("macro F1", "macro ROC AUC"),
        Task.REGRESSION: ("RMSE", "RMSE"),
    }[Task(task)]
    return fair if imbalanced else plain


def is_imbalanced(task: Task, targets: NDArray[np.generic]) -> bool:
    """Return whether the train targets are too uneven for plain accuracy.

    Two classes: the rarer is below 20 %. Many classes: the largest is at least ten times the rarest. Multi-label:
    half of the labels or more are rarer than 20 %. Never for regression.
    """
    if task == Task.REGRESSION or not len(targets):
        return False
    if task == Task.MULTI_LABEL:
        return bool(np.median(np.mean(np.asarray(targets) == 1, axis=0)) < RARE)
    counts = np.unique(targets, return_counts=True)[1]
    if task == Task.TWO_CLASS:
        return len(counts) == 2 and bool(counts.min() / counts.sum() < RARE)
    return bool(counts.max() >= STRONG_IMBALANCE * counts.min())


def imbalance(task: Task, targets: NDArray[np.generic], names: Sequence[str]) -> str:
    """Return why plain accuracy does not decide on these train targets, and "" where it does.

    `names` are the classes or labels that the targets count in. The sentence names the score that decides instead.
    """
    if not is_imbalanced(task, targets):
        return ""
    decides = f"The score that decides is the {main_score(task, imbalanced=True)}"
    if task == Task.MULTI_LABEL:
        share = float(np.median(np.mean(np.asarray(targets) == 1, axis=0)))
        return f"{decides}: half of the labels are on at most {share:.1%} of the train rows each."
    values, counts = np.unique(targets, return_counts=True)
    common, rare = str(names[int(values[counts.argmax()])]), str(names[int(values[counts.argmin()])])
    return (
        f"{decides}: {counts.max() / counts.sum():.1%} of the train rows are {common!r} and {counts.min():,} "
        f"are {rare!r}, so accuracy would reward passing over the rare."
    )


def deciding(scores: Sequence[Score], main: str) -> Score:
    """Return the score called `main`, or the first one where these examples leave `main` undefined."""
    return next((score for score in scores if score.name == main), scores[0])
