import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_wine
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.preprocessing import StandardScaler

from piste.core.records import Task
from piste.evaluate.baselines import neighbours
from piste.evaluate.baselines.neighbours import nearest
from piste.evaluate.baselines.problem import Answer, Problem, Refusal


def wine() -> Problem:
    inputs, targets = load_wine(return_X_y=True)
    inputs = StandardScaler().fit_transform(inputs).astype(np.float32)
    return Problem(inputs[::2], targets[::2], inputs[1::2], Task.MANY_CLASS, 3, 0)


def answer_of(problem: Problem) -> Answer:
    answer = nearest(problem)
    assert isinstance(answer, Answer)
    return answer


def test_classes_are_the_neighbours_shares_with_the_count_that_leave_one_out_prefers() -> None:
    problem = wine()
    scaled = StandardScaler().fit(problem.inputs)
    inputs, asked = scaled.transform(problem.inputs), scaled.transform(problem.test_inputs)
    distances = np.linalg.norm(inputs[:, None] - inputs[None], axis=2) + np.diag(np.full(89, np.inf))
    order, truth = np.argsort(distances, axis=1), np.eye(3)[problem.targets]
    errors = {count: np.sum((truth[order[:, :count]].mean(axis=1) - truth) ** 2) for count in (1, 3, 10, 30)}
    count = min(errors, key=lambda one: float(errors[one]))
    answer = answer_of(problem)
    assert answer.note == f"{count} neighbours"
    expected = KNeighborsClassifier(count).fit(inputs, problem.targets).predict_proba(asked)
    shares = np.bincount(problem.targets) / problem.rows
    np.testing.assert_allclose(answer.outputs, (count * expected + shares) / (count + 1), atol=1e-9)


def test_numbers_are_the_neighbours_mean() -> None:
    inputs, targets = load_diabetes(return_X_y=True)
    inputs = StandardScaler().fit_transform(inputs).astype(np.float32)
    problem = Problem(inputs[:300], targets[:300, None], inputs[300:], Task.REGRESSION, 1, 0)
    answer = answer_of(problem)
    count = int(answer.note.split()[0])
    scaled = StandardScaler().fit(inputs[:300])
    model = KNeighborsRegressor(count).fit(scaled.transform(inputs[:300]), targets[:300])
    np.testing.assert_allclose(answer.outputs[:, 0], model.predict(scaled.transform(inputs[300:])), rtol=1e-6)


def test_copies_of_one_example_do_not_answer_for_themselves() -> None:
    inputs = np.repeat(np.arange(40, dtype=np.float32), 2)[:, None]
    problem = Problem(inputs, np.arange(80) % 2, inputs, Task.TWO_CLASS, 2, 0)
    # the nearest other example always has the other class, so one neighbour is the worst choice
    assert not answer_of(problem).note.startswith("1 ")


def test_an_example_that_its_copies_crowd_out_gives_up_the_farthest() -> None:
    found = np.array([[5, 3, 8], [4, 9, 2]])
    np.testing.assert_array_equal(neighbours._without_self(found, np.array([3, 7])), [[5, 8], [4, 9]])


def test_the_count_does_not_depend_on_the_unit_of_an_output() -> None:
    random = np.random.default_rng(0)
    inputs = random.normal(size=(100, 1)).astype(np.float32)
    curve, noise = np.sin(9 * inputs[:, 0]).astype(float), random.normal(size=100)
    notes = {
        answer_of(Problem(inputs, np.stack([curve, unit * noise], axis=1), inputs, Task.REGRESSION, 2, 0)).note
        for unit in (1e-3, 1e3)
    }
    assert len(notes) == 1


@pytest.mark.parametrize("rows", [1, 2, 4])
def test_very_few_examples(rows: int) -> None:
    problem = Problem(wine().inputs[:rows], wine().targets[:rows], wine().test_inputs, Task.MANY_CLASS, 3, 0)
    np.testing.assert_allclose(answer_of(problem).outputs.sum(axis=1), 1)


def test_work_is_bounded_by_a_draw_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "FEWEST_ROWS", 40)
    monkeypatch.setattr(neighbours, "PRODUCTS", 50 * (89 + 1000) * 13)
    assert answer_of(wine()).note.endswith("learnt from 50 of 89 train rows")
    monkeypatch.setattr(neighbours, "PAIRS", 30 * (89 + 1000))
    assert nearest(wine()) == Refusal("89 test examples of 13 values need too many distances")
