from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import datasets

from piste.core.records import Task
from piste.evaluate import Predictions, evaluate, run_baselines
from piste.evaluate.baselines import Ran

CLASSES = {Task.TWO_CLASS: ("a", "b"), Task.MANY_CLASS: tuple("0123456789"), Task.MULTI_LABEL: ("p", "q", "r")}


def data_of(task: Task) -> tuple[NDArray[np.float32], NDArray[Any]]:
    if task == Task.TWO_CLASS:
        inputs, targets = datasets.load_breast_cancer(return_X_y=True)
    elif task == Task.MANY_CLASS:
        inputs, targets = (part[:600] for part in datasets.load_digits(return_X_y=True))
    elif task == Task.MULTI_LABEL:
        inputs, targets = datasets.make_multilabel_classification(400, n_features=8, n_classes=3, random_state=0)
    else:
        inputs, targets = datasets.load_diabetes(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(inputs))
    return inputs[order].astype(np.float32), targets[order]


def run(task: Task, seed: int = 0, train: slice = slice(0, 300)) -> tuple[list[Ran], dict[str, str]]:
    inputs, targets = data_of(task)
    names = ("p", "q", "r") if task == Task.MULTI_LABEL else ("y",)
    return run_baselines((inputs[train], targets[train]), inputs[300:], task, CLASSES.get(task, ()), names, seed)


@pytest.mark.parametrize("task", list(Task))
def test_every_baseline_answers_on_real_data_and_beats_the_constant(task: Task) -> None:
    ran, skipped = run(task)
    assert skipped == {}
    targets = data_of(task)[1][300:]
    truth = targets[:, None].astype(float) if task == Task.REGRESSION else targets
    scores = [evaluate(Predictions(task, CLASSES.get(task, ()), truth, one.outputs), seed=0)[0] for one in ran]
    sign = 1 if scores[0].higher_is_better else -1
    assert all(sign * score.value > sign * scores[0].value for score in scores[1:])
    if task in (Task.TWO_CLASS, Task.MANY_CLASS):
        for one in ran:
            np.testing.assert_allclose(one.outputs.sum(axis=1), 1, rtol=1e-5)
    names = {Task.REGRESSION: ["mean", "nearest", "ridge", "trees"]}.get(
        task, ["majority", "nearest", "logistic", "trees"]
    )
    assert [one.name for one in ran] == names
    assert all(one.outputs.dtype == np.float64 and one.seconds >= 0 for one in ran)


@pytest.mark.parametrize("task", list(Task))
def test_runs_repeat_for_a_seed(task: Task) -> None:
    for one, other in zip(run(task, 5)[0], run(task, 5)[0], strict=True):
        np.testing.assert_array_equal(one.outputs, other.outputs)
        assert one.note == other.note


@pytest.mark.parametrize("task", list(Task))
@pytest.mark.parametrize("rows", [1, 2, 5, 31])
def test_few_train_rows_are_no_trouble(task: Task, rows: int) -> None:
    ran, _ = run(task, train=slice(0, rows))
    assert len(ran) == 4
    for one in ran:
        assert np.isfinite(one.outputs).all()


def test_pictures_are_answered_as_their_pixels_are() -> None:
    digits = datasets.load_digits()
    pixels = (digits.images[:600] * 15).astype(np.uint8)
    classes = CLASSES[Task.MANY_CLASS]
    train = (pixels[:300, :, :, None], digits.target[:300])
    ran, _ = run_baselines(train, pixels[300:, :, :, None], Task.MANY_CLASS, classes, ("y",), 0)
    flat = (pixels / np.float32(255)).reshape(600, 64).astype(np.float32)
    same, _ = run_baselines((flat[:300], digits.target[:300]), flat[300:], Task.MANY_CLASS, classes, ("y",), 0)
    for one, other in zip(ran, same, strict=True):
        np.testing.assert_allclose(one.outputs, other.outputs, atol=1e-6)


def test_without_inputs_only_the_constant_is_left_and_the_rest_say_why() -> None:
    empty = np.empty((10, 0), dtype=np.float32)
    ran, skipped = run_baselines((empty, np.arange(10.0)), empty[:3], Task.REGRESSION, (), ("y",), 0)
    assert [one.name for one in ran] == ["mean"]
    assert ran[0].outputs.tolist() == [[4.5]] * 3
    assert set(skipped) == {"nearest neighbours", "ridge regression", "gradient-boosted trees"}
    assert set(skipped.values()) == {"there is no input value to learn from"}


def test_each_baseline_is_announced() -> None:
    said: list[str] = []
    inputs = np.zeros((4, 1), dtype=np.float32)
    run_baselines((inputs, np.arange(4) % 2), inputs, Task.TWO_CLASS, ("a", "b"), ("y",), 0, said.append)
    assert said[0] == "Baseline: the most common class"
    assert said[-1] == "Baseline: gradient-boosted trees"


@given(st.floats(0.01, 100), st.floats(0, 50))
@settings(max_examples=8, deadline=None)
def test_the_unit_of_an_input_does_not_matter(factor: float, shift: float) -> None:
    inputs, targets = datasets.load_iris(return_X_y=True)
    order = np.random.default_rng(0).permutation(150)
    inputs, targets = inputs[order] - 10, targets[order]

    def answers(measured: NDArray[np.float64]) -> list[Ran]:
        found = measured.astype(np.float32)
        return run_baselines((found[:100], targets[:100]), found[100:], Task.MANY_CLASS, "abc", "y", 0)[0]

    # distances and weights agree up to rounding, so only an example between two classes may change sides
    for one, other in zip(answers(inputs), answers(inputs * factor - shift), strict=True):
        assert (one.outputs.argmax(axis=1) == other.outputs.argmax(axis=1)).mean() > 0.95
