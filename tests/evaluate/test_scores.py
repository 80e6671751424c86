from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from piste.core.records import Score, Task
from piste.evaluate.predictions import Predictions
from piste.evaluate.scores import deciding, evaluate, imbalance, is_imbalanced, main_score


def two_class(right: NDArray[np.bool_]) -> Predictions:
    """Predictions of which the examples `right` are correct."""
    truth = np.arange(len(right)) % 2
    positive = np.where(right, truth, 1 - truth) * 0.8 + 0.1
    return Predictions(Task.TWO_CLASS, ("no", "yes"), truth, np.stack([1 - positive, positive], axis=1))


def test_the_interval_of_accuracy_covers_the_truth_about_95_times_in_100() -> None:
    random = np.random.default_rng(0)
    covered = 0
    for sample in range(300):
        accuracy = evaluate(two_class(random.uniform(size=150) < 0.8), seed=sample)[0]
        covered += accuracy.low <= 0.8 <= accuracy.high
    assert 0.90 <= covered / 300 <= 0.99


def test_scores_repeat_for_a_seed() -> None:
    predictions = two_class(np.random.default_rng(1).uniform(size=80) < 0.7)
    assert evaluate(predictions, seed=4) == evaluate(predictions, seed=4)
    assert evaluate(predictions, seed=4) != evaluate(predictions, seed=5)


def test_every_interval_holds_its_score() -> None:
    for score in evaluate(two_class(np.random.default_rng(2).uniform(size=200) < 0.7), seed=0):
        assert score.low <= score.value <= score.high
        assert score.low < score.high


def test_perfect_accuracy_is_not_certain() -> None:
    accuracy = evaluate(two_class(np.ones(20, dtype=bool)), seed=0)[0]
    assert (accuracy.value, accuracy.high) == (1, 1)
    assert accuracy.low == pytest.approx(0.025 ** (1 / 20))


def test_only_errors_in_the_targets_units_carry_the_unit() -> None:
    truth = np.arange(10.0)[:, None]
    scores = evaluate(Predictions(Task.REGRESSION, (), truth, truth[::-1].copy(), ("length",)), seed=0, unit="cm")
    assert {score.name: score.unit for score in scores} == {
        "RMSE": "cm",
        "MAE": "cm",
        "R2": "",
        "median absolute error": "cm",
    }


@pytest.mark.parametrize("rows", [1, 2, 9])
@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("constant", [True, False])
def test_tiny_one_class_and_constant_splits_are_judged_without_complaint(task: Task, rows: int, constant: bool) -> None:
    truth: NDArray[Any] = np.zeros(rows, dtype=np.int32)
    outputs = np.full((rows, 3), 1 / 3) if constant else np.random.default_rng(0).dirichlet(np.ones(3), size=rows)
    classes: tuple[str, ...] = ("a", "b", "c")
    if task == Task.TWO_CLASS:
        outputs, classes = np.stack([outputs[:, 0], 1 - outputs[:, 0]], axis=1), ("a", "b")
    if task == Task.MULTI_LABEL:
        truth = np.zeros((rows, 3), dtype=np.int32)
    if task == Task.REGRESSION:
        truth, classes = np.zeros((rows, 3)), ()
    scores = evaluate(Predictions(task, classes, truth, outputs), seed=0)
    assert scores
    for score in scores:
        assert np.isfinite([score.value, score.low, score.high]).all()
    assert not {"ROC AUC", "macro ROC AUC", "R2", "average precision"} & {score.name for score in scores}


def test_the_main_score_is_among_the_scores_of_its_task() -> None:
    random = np.random.default_rng(0)
    truth = np.tile([0, 1, 2], 4)
    outputs = random.dirichlet(np.ones(3), size=12)
    labels = np.eye(3, dtype=int)[truth]
    cases = [
        two_class(random.uniform(size=12) < 0.5),
        Predictions(Task.MANY_CLASS, ("a", "b", "c"), truth, outputs),
        Predictions(Task.MULTI_LABEL, ("a", "b", "c"), labels, outputs),
        Predictions(Task.REGRESSION, (), labels.astype(float), outputs),
    ]
    for predictions in cases:
        names = {score.name for score in evaluate(predictions, seed=0)}
        assert {main_score(predictions.task, False), main_score(predictions.task, True)} <= names


def test_imbalance() -> None:
    assert is_imbalanced(Task.TWO_CLASS, np.repeat([0, 1], [81, 19]))
    assert not is_imbalanced(Task.TWO_CLASS, np.repeat([0, 1], [80, 20]))
    assert is_imbalanced(Task.MANY_CLASS, np.repeat([0, 1, 2], [100, 50, 10]))
    assert not is_imbalanced(Task.MANY_CLASS, np.repeat([0, 1, 2], [99, 50, 10]))
    assert is_imbalanced(Task.MULTI_LABEL, np.eye(10, dtype=int))
    assert not is_imbalanced(Task.MULTI_LABEL, np.eye(4, dtype=int))
    assert not is_imbalanced(Task.REGRESSION, np.zeros((5, 1)))


def test_why_accuracy_does_not_decide_is_said() -> None:
    uneven = np.repeat([1, 0], [190, 10])
    assert imbalance(Task.TWO_CLASS, uneven, ("ill", "well")) == (
        "The score that decides is the ROC AUC: 95.0% of the train rows are 'well' and 10 are 'ill', "
        "so accuracy would reward passing over the rare."
    )
    assert "is the balanced accuracy: 62.5% of the train rows are 'a' and 10 are 'c'" in imbalance(
        Task.MANY_CLASS, np.repeat([0, 1, 2], [100, 50, 10]), ("a", "b", "c")
    )
    assert imbalance(Task.MULTI_LABEL, np.eye(10, dtype=int), tuple("abcdefghij")) == (
        "The score that decides is the macro ROC AUC: half of the labels are on at most 10.0% of the train rows each."
    )
    assert imbalance(Task.TWO_CLASS, np.repeat([0, 1], [80, 20]), ("a", "b")) == ""
    assert imbalance(Task.REGRESSION, np.zeros((5, 1)), ("y",)) == ""


def test_the_first_score_decides_where_the_main_one_is_undefined() -> None:
    scores = (Score("accuracy", 0.5, 0.4, 0.6, True), Score("F1", 0.5, 0.4, 0.6, True))
    assert deciding(scores, "F1").name == "F1"
    assert deciding(scores, "ROC AUC").name == "accuracy"
