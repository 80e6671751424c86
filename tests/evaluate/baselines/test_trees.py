from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

from piste.core.keys import seed_of
from piste.core.records import Task
from piste.evaluate.baselines import trees as module
from piste.evaluate.baselines.problem import Answer, Problem, Refusal
from piste.evaluate.baselines.trees import WORK, boosted_trees, plan


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As `run_baselines` does: spinning threads make small trees slow on a busy machine."""
    with threadpool_limits(limits=1):
        yield


def answer_of(problem: Problem) -> Answer:
    answer = boosted_trees(problem)
    assert isinstance(answer, Answer)
    return answer


def cancer() -> Problem:
    inputs, targets = load_breast_cancer(return_X_y=True)
    inputs = inputs.astype(np.float32)
    return Problem(inputs[:400], targets[:400], inputs[400:], Task.TWO_CLASS, 2, 0)


def expected_model(rounds: int) -> HistGradientBoostingClassifier:
    state = seed_of(0, "baseline", "trees") % 2**32
    return HistGradientBoostingClassifier(max_iter=rounds, max_leaf_nodes=8, early_stopping=False, random_state=state)


def test_classes_are_scikit_learns_after_the_rounds_that_the_rows_held_out_prefer() -> None:
    problem = cancer()
    parts = problem.hold_out("trees", np.arange(400))
    assert parts is not None
    learnt, held = parts
    losses = [
        log_loss(problem.targets[held], stage)
        for stage in expected_model(100)
        .fit(problem.inputs[learnt], problem.targets[learnt])
        .staged_predict_proba(problem.inputs[held])
    ]
    rounds = int(np.argmin(losses)) + 1
    answer = answer_of(problem)
    assert answer.note == f"{rounds} rounds"
    expected = expected_model(rounds).fit(problem.inputs, problem.targets).predict_proba(problem.test_inputs)
    np.testing.assert_allclose(answer.outputs, problem.smoothed(expected, 400), atol=1e-12)


def test_each_number_and_each_label_has_its_own_trees() -> None:
    inputs, target = load_diabetes(return_X_y=True)
    inputs = inputs.astype(np.float32)
    both = np.stack([target, -10 * target], axis=1)
    numbers = answer_of(Problem(inputs[:300], both[:300], inputs[300:], Task.REGRESSION, 2, 0)).outputs
    np.testing.assert_allclose(numbers[:, 1], -10 * numbers[:, 0], rtol=0.2)
    plain = HistGradientBoostingRegressor(max_iter=30, max_leaf_nodes=8).fit(inputs[:300], target[:300])
    assert np.corrcoef(numbers[:, 0], plain.predict(inputs[300:]))[0, 1] > 0.95
    high = (target > 150).astype(int)
    labels = np.stack([high, 1 - high, np.ones(442, dtype=int)], axis=1)
    found = answer_of(Problem(inputs[:300], labels[:300], inputs[300:], Task.MULTI_LABEL, 3, 0))
    assert ((found.outputs[:, 0] >= 0.5) == high[300:]).mean() > 0.65
    np.testing.assert_allclose(found.outputs[:, 0] + found.outputs[:, 1], 1, atol=1e-6)
    np.testing.assert_array_equal(found.outputs[:, 2], 1)


def test_a_class_without_train_examples_keeps_its_column() -> None:
    problem = cancer()
    gap = Problem(problem.inputs, problem.targets * 2, problem.test_inputs, Task.MANY_CLASS, 3, 0)
    found = answer_of(gap).outputs
    assert (found[:, 1] == 0).all()
    assert (found.argmax(axis=1) == 2 * load_breast_cancer().target[400:]).mean() > 0.9


@given(st.integers(1, 10**7), st.integers(1, 512), st.integers(1, 2000), st.sampled_from([63, 255]))
def test_a_plan_stays_within_the_work(rows: int, columns: int, trees: int, bins: int) -> None:
    found = plan(rows, columns, trees, bins)
    if found is None:
        assert plan(rows, columns, 1, bins) is None or trees > 1
        return
    assert min(rows, 1000) <= found.rows <= rows
    assert 2 * found.rounds * trees * columns * (found.rows + found.leaves * bins) <= WORK


def test_tables_of_usual_size_are_not_cut() -> None:
    for rows, columns, trees in ((35_000, 110, 1), (32_561, 108, 1), (60_000, 16, 10), (1257, 64, 10)):
        found = plan(rows, columns, trees, 255)
        assert found is not None
        assert found.rows == rows


def test_very_many_columns_are_cut_to_the_most_varied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_COLUMNS", 2)
    random = np.random.default_rng(0)
    inputs = (random.normal(size=(400, 4)) * [1, 5, 2, 9]).astype(np.float32)
    targets = (inputs[:, 1] > 0).astype(int)
    found = answer_of(Problem(inputs[:300], targets[:300], inputs[300:], Task.TWO_CLASS, 2, 0))
    assert found.note.endswith("the 2 most varied columns")
    assert (found.outputs.argmax(axis=1) == targets[300:]).mean() > 0.97


def test_more_trees_than_the_work_allows_are_refused() -> None:
    inputs = np.zeros((2000, 200), dtype=np.float32)
    problem = Problem(inputs, np.arange(2000) % 1000, inputs, Task.MANY_CLASS, 1000, 0)
    assert boosted_trees(problem) == Refusal("1,000 trees in every round over 200 input values are too many")
