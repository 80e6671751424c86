import warnings

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_wine, make_multilabel_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

from piste.core.records import Task
from piste.evaluate.baselines import logistic as module
from piste.evaluate.baselines.logistic import logistic
from piste.evaluate.baselines.problem import Answer, Problem, Refusal


def answer_of(problem: Problem) -> Answer:
    answer = logistic(problem)
    assert isinstance(answer, Answer)
    return answer


def wine() -> Problem:
    inputs, targets = load_wine(return_X_y=True)
    inputs = StandardScaler().fit_transform(inputs).astype(np.float32)
    return Problem(inputs[::2], targets[::2], inputs[1::2], Task.MANY_CLASS, 3, 0)


def expected_of(problem: Problem, targets: np.ndarray, strength: float) -> np.ndarray:
    scaler = StandardScaler().fit(problem.inputs.astype(np.float64))
    model = LogisticRegression(C=strength, max_iter=1000).fit(scaler.transform(problem.inputs), targets)
    return np.asarray(model.predict_proba(scaler.transform(problem.test_inputs)))


def test_classes_agree_with_a_scaled_logistic_regression() -> None:
    problem = wine()
    answer = answer_of(problem)
    strength = float(answer.note.removeprefix("C = "))
    expected = problem.smoothed(expected_of(problem, problem.targets, strength), problem.rows)
    np.testing.assert_allclose(answer.outputs, expected, atol=0.01)
    assert (answer.outputs.argmax(axis=1) == load_wine().target[1::2]).mean() > 0.95


def test_the_penalty_is_the_one_with_the_least_loss_on_the_rows_held_out() -> None:
    problem = wine()
    parts = problem.hold_out(module.NAME, np.arange(problem.rows))
    assert parts is not None
    learnt, held = parts
    inputs = StandardScaler().fit(problem.inputs).transform(problem.inputs)
    losses = {}
    for strength in module.STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=1000).fit(inputs[learnt], problem.targets[learnt])
        given = model.predict_proba(inputs[held])[np.arange(len(held)), problem.targets[held]]
        losses[strength] = -np.log(given).mean()
    assert answer_of(problem).note == f"C = {min(losses, key=lambda one: float(losses[one])):g}"


def test_each_label_has_its_own_model() -> None:
    inputs, labels = make_multilabel_classification(200, n_features=6, n_classes=3, random_state=0)
    labels[:, 2] = 1  # a label that is always there
    problem = Problem(
        inputs[:150].astype(np.float32), labels[:150], inputs[150:].astype(np.float32), Task.MULTI_LABEL, 3, 0
    )
    answer = answer_of(problem)
    strength = float(answer.note.removeprefix("C = "))
    each = [expected_of(problem, labels[:150, one], strength)[:, 1] for one in (0, 1)]
    expected = problem.smoothed(np.stack([*each, np.ones(50)], axis=1), 150)
    np.testing.assert_allclose(answer.outputs, expected, atol=0.01)


def test_the_loss_of_labels_counts_their_absence_too() -> None:
    random = np.random.default_rng(0)
    given, truth = random.uniform(size=(20, 2)), random.integers(2, size=(20, 2)).astype(np.float64)
    expected = log_loss(truth[:, 0], given[:, 0]) + log_loss(truth[:, 1], given[:, 1])
    assert module._log_loss(given, truth, single_label=False) == pytest.approx(expected)
    classes = given / given.sum(axis=1, keepdims=True)
    assert module._log_loss(
        classes, np.stack([1 - truth[:, 0], truth[:, 0]], axis=1), single_label=True
    ) == pytest.approx(log_loss(truth[:, 0], classes))


def test_a_class_without_train_examples_keeps_its_column() -> None:
    problem = wine()
    known = problem.targets != 1
    fewer = Problem(problem.inputs[known], problem.targets[known], problem.test_inputs, Task.MANY_CLASS, 3, 0)
    found = answer_of(fewer).outputs
    assert found.shape[1] == 3
    assert (found[:, 1] == 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, rtol=1e-6)


def test_one_class_alone_is_predicted_with_certainty() -> None:
    problem = wine()
    one = Problem(problem.inputs[:40], np.full(40, 2), problem.test_inputs, Task.MANY_CLASS, 3, 0)
    np.testing.assert_array_equal(answer_of(one).outputs, np.tile([0, 0, 1], (89, 1)))


def test_an_early_stop_is_said_and_not_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ITERATIONS", 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert answer_of(wine()).note.endswith("stopped after 2 steps, not yet converged")


def test_work_is_bounded_by_a_draw_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs, targets = load_breast_cancer(return_X_y=True)
    problem = Problem(inputs.astype(np.float32), targets, inputs[:5].astype(np.float32), Task.TWO_CLASS, 2, 0)
    monkeypatch.setattr(module, "PRODUCTS", 520 * 30)
    assert "learnt from 520 of 569 train rows" in answer_of(problem).note
    monkeypatch.setattr(module, "PRODUCTS", 400 * 30)
    assert logistic(problem) == Refusal("30 input values and 1 outputs make too many weights")
