import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from piste.core.records import Task
from piste.evaluate.baselines import ridge as module
from piste.evaluate.baselines.problem import Answer, Problem, Refusal
from piste.evaluate.baselines.ridge import ridge


def answer_of(problem: Problem) -> Answer:
    answer = ridge(problem)
    assert isinstance(answer, Answer)
    return answer


def diabetes(outputs: int = 1) -> Problem:
    inputs, target = load_diabetes(return_X_y=True)
    targets = np.stack([target * 10**one for one in range(outputs)], axis=1)
    inputs = inputs.astype(np.float32)
    return Problem(inputs[:300], targets[:300], inputs[300:], Task.REGRESSION, outputs, 0)


def closed_form(inputs: np.ndarray, targets: np.ndarray, asked: np.ndarray, penalty: float) -> np.ndarray:
    """Least squares with a penalty on standardised columns, by the normal equations."""
    centre, spread, offset = inputs.mean(axis=0), inputs.std(axis=0), targets.mean(axis=0)
    scaled = (inputs - centre) / spread
    left = scaled.T @ scaled + penalty * len(scaled) * np.eye(scaled.shape[1])
    return np.asarray((asked - centre) / spread @ np.linalg.solve(left, scaled.T @ (targets - offset)) + offset)


def test_predictions_are_those_of_the_normal_equations() -> None:
    problem = diabetes()
    answer = answer_of(problem)
    penalty = float(answer.note.removeprefix("penalty "))
    expected = closed_form(problem.inputs.astype(float), problem.targets, problem.test_inputs.astype(float), penalty)
    np.testing.assert_allclose(answer.outputs, expected, rtol=1e-4)


def test_noise_asks_for_the_largest_penalty_and_a_line_for_the_smallest() -> None:
    random = np.random.default_rng(0)
    inputs = random.normal(size=(60, 40)).astype(np.float32)
    noise = Problem(inputs, random.normal(size=(60, 1)), inputs, Task.REGRESSION, 1, 0)
    line = Problem(inputs, inputs[:, :1].astype(float), inputs, Task.REGRESSION, 1, 0)
    assert answer_of(noise).note == "penalty 1"
    assert answer_of(line).note == "penalty 0.0001"


def test_outputs_of_other_units_do_not_drown_each_other() -> None:
    first, second = answer_of(diabetes(2)).outputs.T
    np.testing.assert_allclose(second, 10 * first, rtol=1e-6)


def test_the_penalty_does_not_depend_on_the_unit_of_an_output() -> None:
    random = np.random.default_rng(0)
    inputs = random.normal(size=(60, 40)).astype(np.float32)
    line, noise = inputs[:, 0].astype(float), random.normal(size=60)
    notes = {
        answer_of(Problem(inputs, np.stack([line, unit * noise], axis=1), inputs, Task.REGRESSION, 2, 0)).note
        for unit in (1e-3, 1e3)
    }
    assert len(notes) == 1


def test_copies_of_a_column_and_few_rows_are_no_trouble() -> None:
    problem = diabetes()
    double = Problem(
        np.tile(problem.inputs[:12], 3), problem.targets[:12], np.tile(problem.test_inputs, 3), Task.REGRESSION, 1, 0
    )
    assert np.isfinite(answer_of(double).outputs).all()


def test_work_is_bounded_by_a_draw_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FEWEST_ROWS", 200)
    monkeypatch.setattr(module, "PRODUCTS", 250 * 10**2)
    assert answer_of(diabetes()).note.endswith("learnt from 250 of 300 train rows")
    monkeypatch.setattr(module, "PRODUCTS", 100 * 10**2)
    assert ridge(diabetes()) == Refusal("10 input values make too many weights")


def test_wide_data_are_solved_in_the_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FEWEST_ROWS", 10)
    monkeypatch.setattr(module, "PRODUCTS", 20**2 * 100)
    inputs = np.random.default_rng(0).normal(size=(50, 100)).astype(np.float32)
    wide = Problem(inputs, np.arange(50.0)[:, None], inputs, Task.REGRESSION, 1, 0)
    assert answer_of(wide).note.endswith("learnt from 20 of 50 train rows")
