import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as reference

from piste.core.records import Task
from piste.evaluate.bootstrap import point_values
from piste.evaluate.metrics import MOST_RANKED, metrics_of
from piste.evaluate.predictions import FloatArray, Predictions

seeds = st.integers(0, 2**31 - 1)


def values_of(predictions: Predictions, counts: FloatArray | None = None) -> dict[str, float]:
    metrics = metrics_of(predictions)
    if counts is None:
        points = point_values([metric.values for metric in metrics], predictions.rows)
    else:
        with np.errstate(all="ignore"):
            points = np.array([metric.values(counts[:, None])[0] for metric in metrics])
    return {metric.name: float(point) for metric, point in zip(metrics, points, strict=True)}


def classes_of(seed: int, rows: int, size: int, rounded: bool) -> Predictions:
    random = np.random.default_rng(seed)
    truth = random.integers(size, size=rows).astype(np.int32)
    outputs = random.dirichlet(np.ones(size), size=rows) + 0.3 * np.eye(size)[truth]
    if rounded:  # many ties
        outputs = np.round(outputs, 1) + 0.1
    outputs = np.asarray(outputs / outputs.sum(axis=1, keepdims=True), dtype=np.float64)
    task = Task.TWO_CLASS if size == 2 else Task.MANY_CLASS
    return Predictions(task, tuple(f"c{one}" for one in range(size)), truth, outputs)


def labels_of(seed: int, rows: int, size: int) -> Predictions:
    random = np.random.default_rng(seed)
    truth = random.integers(2, size=(rows, size))
    outputs = np.round(random.uniform(size=(rows, size)) * 0.7 + 0.3 * truth, 2).astype(np.float64)
    names = tuple(f"l{one}" for one in range(size))
    return Predictions(Task.MULTI_LABEL, names, truth, outputs, names)


def numbers_of(seed: int, rows: int, size: int) -> Predictions:
    random = np.random.default_rng(seed)
    truth = 1000 + 20 * random.normal(size=(rows, size))
    return Predictions(Task.REGRESSION, (), truth, truth + random.normal(size=(rows, size)), ("y",) * size)


def with_rows(predictions: Predictions, rows: Any) -> Predictions:
    return Predictions(
        predictions.task, predictions.classes, predictions.truth[rows], predictions.outputs[rows], predictions.names
    )


def scikit_values(predictions: Predictions) -> dict[str, float]:
    """The same metrics by scikit-learn, left out where it has no answer."""
    truth, outputs, size = predictions.truth, predictions.outputs, predictions.outputs.shape[1]
    if predictions.task == Task.REGRESSION:
        found = {
            "RMSE": reference.root_mean_squared_error(truth, outputs),
            "MAE": reference.mean_absolute_error(truth, outputs),
            "median absolute error": reference.median_absolute_error(truth, outputs),
        }
        if all(len(set(column)) > 1 for column in truth.T):
            found["R2"] = reference.r2_score(truth, outputs)
        return found
    if predictions.task == Task.MULTI_LABEL:
        chosen = (outputs >= 0.5).astype(int)
        found = {
            "subset accuracy": reference.accuracy_score(truth, chosen),
            "micro F1": reference.f1_score(truth, chosen, average="micro", zero_division=np.nan),
            "macro F1": reference.f1_score(truth, chosen, average="macro", zero_division=np.nan),
            "Hamming loss": reference.hamming_loss(truth, chosen),
            "log loss": np.mean(
                [
                    reference.log_loss(
                        truth[:, one], np.stack([1 - outputs[:, one], outputs[:, one]], 1), labels=[0, 1]
                    )
                    for one in range(size)
                ]
            ),
        }
        pairs = [(truth[:, one], outputs[:, one]) for one in range(size)]
        areas = [reference.roc_auc_score(*pair) for pair in pairs if len(set(pair[0])) == 2]
        return found | ({"macro ROC AUC": float(np.mean(areas))} if areas else {})
    chosen = outputs.argmax(axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a class that is predicted but absent
        found = {
            "accuracy": reference.accuracy_score(truth, chosen),
            "balanced accuracy": reference.balanced_accuracy_score(truth, chosen),
            "log loss": reference.log_loss(truth, outputs, labels=range(size)),
        }
    if size == 2:
        found["Brier score"] = np.mean((outputs[:, 1] - truth) ** 2)
        if truth.any() or chosen.any():
            found["F1"] = reference.f1_score(truth, chosen)
        if truth.any():
            found["average precision"] = reference.average_precision_score(truth, outputs[:, 1])
        if len(set(truth)) == 2:
            found["ROC AUC"] = reference.roc_auc_score(truth, outputs[:, 1])
        return found
    found["macro F1"] = reference.f1_score(truth, chosen, average="macro")
    if size > 5:
        for top in (3, 5):
            found[f"top-{top} accuracy"] = reference.top_k_accuracy_score(truth, outputs, k=top, labels=range(size))
    areas = [
        reference.roc_auc_score(truth == one, outputs[:, one])
        for one in range(size)
        if 0 < sum(truth == one) < len(truth)
    ]
    return found | ({"macro ROC AUC": float(np.mean(areas))} if areas else {})


def agree(found: dict[str, float], expected: dict[str, float]) -> None:
    defined = {name: value for name, value in found.items() if np.isfinite(value)}
    known = {name: value for name, value in expected.items() if np.isfinite(value)}
    assert defined == pytest.approx(known, rel=1e-9, abs=1e-12)


@given(seeds, st.integers(1, 60), st.integers(2, 8), st.booleans())
@settings(max_examples=60, deadline=None)
def test_class_metrics_agree_with_scikit_learn(seed: int, rows: int, size: int, rounded: bool) -> None:
    predictions = classes_of(seed, rows, size, rounded)
    agree(values_of(predictions), scikit_values(predictions))


@given(seeds, st.integers(1, 40), st.integers(2, 4))
@settings(max_examples=40, deadline=None)
def test_label_metrics_agree_with_scikit_learn(seed: int, rows: int, size: int) -> None:
    predictions = labels_of(seed, rows, size)
    agree(values_of(predictions), scikit_values(predictions))


@given(seeds, st.integers(1, 40), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_regression_metrics_agree_with_scikit_learn(seed: int, rows: int, size: int) -> None:
    predictions = numbers_of(seed, rows, size)
    agree(values_of(predictions), scikit_values(predictions))


@given(seeds, st.integers(2, 40), st.sampled_from(["two", "many", "labels", "numbers"]))
@settings(max_examples=60, deadline=None)
def test_counts_stand_for_the_resample_written_out(seed: int, rows: int, kind: str) -> None:
    predictions = {
        "two": classes_of(seed, rows, 2, True),
        "many": classes_of(seed, rows, 7, True),
        "labels": labels_of(seed, rows, 3),
        "numbers": numbers_of(seed, rows, 2),
    }[kind]
    drawn = np.random.default_rng(seed + 1).integers(rows, size=rows)
    counts = np.bincount(drawn, minlength=rows).astype(float)
    agree(values_of(predictions, counts), scikit_values(with_rows(predictions, drawn)))


def test_r2_keeps_its_digits_far_from_zero() -> None:
    random = np.random.default_rng(0)
    truth = 1e9 + random.normal(size=(50, 1))
    predictions = Predictions(Task.REGRESSION, (), truth, truth + 0.1 * random.normal(size=(50, 1)))
    assert values_of(predictions)["R2"] == pytest.approx(reference.r2_score(truth, predictions.outputs), rel=1e-6)


def test_huge_outputs_leave_only_the_overflowing_metrics_undefined() -> None:
    truth = np.arange(4.0)[:, None]
    found = values_of(Predictions(Task.REGRESSION, (), truth, truth + 1e200))
    assert not np.isfinite(found["RMSE"])
    assert found["MAE"] == pytest.approx(1e200)


def test_areas_are_left_out_for_very_many_classes() -> None:
    assert "macro ROC AUC" in values_of(classes_of(0, 200, MOST_RANKED, False))
    assert "macro ROC AUC" not in values_of(classes_of(0, 200, MOST_RANKED + 1, False))
