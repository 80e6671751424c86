"""Watched metrics against scikit-learn, on splits of which some rows only fill the last batch."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as sklearn

from piste.core.records import Task
from piste.nn.metrics import METRICS, WATCHED, Watched, WholeSplit

GENERATOR = np.random.default_rng(0)
SCORES = np.round(4 * GENERATOR.normal(size=(60, 7))) / 4  # with ties, exact in float32
CLASSES = np.minimum(GENERATOR.poisson(2.0, 60), 5)  # the last of the seven never occurs
LABELS = GENERATOR.integers(0, 2, (60, 7)).astype(float)
NUMBERS = SCORES + GENERATOR.normal(size=SCORES.shape)
WEIGHTS = GENERATOR.uniform(0.2, 2.0, 60)


def value(watched: Watched, outputs: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any]) -> float:
    given = jnp.asarray(outputs), jnp.asarray(targets)
    if isinstance(watched.metric, WholeSplit):
        return float(watched.metric.compute(*given, jnp.asarray(weights)))
    mean = float(np.average(watched.metric(*given), weights=weights))
    return np.sqrt(mean) if watched.root else mean


def chosen(scores: NDArray[Any]) -> NDArray[Any]:
    return scores.argmax(axis=1)


Reference = Callable[[NDArray[Any], NDArray[Any], NDArray[Any]], float]
CASES: dict[tuple[Task, str], Reference] = {
    (Task.MANY_CLASS, "accuracy"): lambda o, t, w: sklearn.accuracy_score(t, chosen(o), sample_weight=w),
    (Task.MANY_CLASS, "balanced-accuracy"): lambda o, t, w: sklearn.recall_score(
        t, chosen(o), sample_weight=w, average="macro", labels=np.unique(t)
    ),
    (Task.MANY_CLASS, "f1"): lambda o, t, w: sklearn.f1_score(t, chosen(o), sample_weight=w, average="macro"),
    (Task.MANY_CLASS, "top-5"): lambda o, t, w: sklearn.top_k_accuracy_score(
        t, o + 1e-4 * (np.arange(7) == t[:, None]), k=5, sample_weight=w, labels=range(7)
    ),
    (Task.TWO_CLASS, "auc"): lambda o, t, w: sklearn.roc_auc_score(t, o[:, 1] - o[:, 0], sample_weight=w),
    (Task.MULTI_LABEL, "label-accuracy"): lambda o, t, w: 1 - sklearn.hamming_loss(t, o > 0, sample_weight=w),
    (Task.MULTI_LABEL, "exact-match"): lambda o, t, w: sklearn.accuracy_score(t, o > 0, sample_weight=w),
    (Task.MULTI_LABEL, "f1"): lambda o, t, w: sklearn.f1_score(t, o > 0, sample_weight=w, average="macro"),
    (Task.REGRESSION, "rmse"): lambda o, t, w: np.sqrt(sklearn.mean_squared_error(t, o, sample_weight=w)),
    (Task.REGRESSION, "mae"): lambda o, t, w: sklearn.mean_absolute_error(t, o, sample_weight=w),
    (Task.REGRESSION, "r2"): lambda o, t, w: sklearn.r2_score(t, o, sample_weight=w),
}


@pytest.mark.parametrize(("task", "name"), CASES, ids=str)
def test_the_number_is_scikit_learns_and_filling_does_not_count(task: Task, name: str) -> None:
    outputs = SCORES[:, :2] if task is Task.TWO_CLASS else SCORES
    targets = {
        Task.TWO_CLASS: CLASSES % 2, Task.MANY_CLASS: CLASSES, Task.MULTI_LABEL: LABELS, Task.REGRESSION: NUMBERS
    }[task]  # fmt: skip
    expected = CASES[task, name](outputs, targets, WEIGHTS)
    filled = [np.concatenate([rows, rows[:9]]) for rows in (outputs, targets)]
    weights = np.concatenate([WEIGHTS, np.zeros(9)])
    assert value(METRICS[task][name], filled[0], filled[1], weights) == pytest.approx(expected, rel=1e-5)


def test_the_area_needs_both_classes() -> None:
    lonely = value(METRICS[Task.TWO_CLASS]["auc"], SCORES[:, :2], np.zeros(60, int), WEIGHTS)
    assert np.isnan(lonely)


def test_every_metric_has_a_reference() -> None:
    shared = {(Task.TWO_CLASS, name) for name in METRICS[Task.MANY_CLASS]}  # the same functions
    assert {(task, name) for task, names in METRICS.items() for name in names} - shared == set(CASES) - shared


def test_every_task_has_a_watched_metric() -> None:
    assert set(WATCHED) == set(METRICS) == set(Task)
