import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piste.core.records import Task
from piste.evaluate.baselines import problem as module
from piste.evaluate.baselines.problem import Problem, drawn_note, joined


def many_class(rows: int, size: int = 4, seed: int = 0) -> Problem:
    random = np.random.default_rng(seed)
    inputs = random.normal(size=(rows, 3)).astype(np.float32)
    return Problem(inputs, random.integers(size, size=rows), inputs, Task.MANY_CLASS, size, 0)


@given(st.integers(1, 300), st.integers(1, 200), st.integers(0, 100))
@settings(max_examples=60, deadline=None)
def test_a_draw_keeps_each_class_its_share(rows: int, most: int, seed: int) -> None:
    problem = many_class(rows, seed=seed)
    drawn = problem.draw("name", most)
    assert len(drawn) == min(rows, most)
    assert (np.diff(drawn) > 0).all()
    assert set(drawn) <= set(range(rows))
    counts = np.bincount(problem.targets[drawn], minlength=4)
    assert np.abs(counts - problem.shares() * len(drawn)).max() < 1


def test_a_draw_belongs_to_its_name() -> None:
    problem = many_class(500)
    np.testing.assert_array_equal(problem.draw("a", 50), problem.draw("a", 50))
    assert not np.array_equal(problem.draw("a", 50), problem.draw("b", 50))


@given(st.integers(30, 400))
@settings(max_examples=30, deadline=None)
def test_rows_are_held_out_of_the_rest(rows: int) -> None:
    parts = many_class(3).hold_out("name", np.arange(100, 100 + rows))
    assert parts is not None
    learnt, held = parts
    assert len(held) == round(0.2 * rows)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(100, 100 + rows))
    assert not set(learnt) & set(held)


def test_few_rows_are_not_divided() -> None:
    assert many_class(3).hold_out("name", np.arange(29)) is None


def test_target_matrix_and_shares() -> None:
    inputs = np.zeros((3, 1), dtype=np.float32)
    classes = Problem(inputs, np.array([2, 0, 2]), inputs, Task.MANY_CLASS, 3, 0)
    np.testing.assert_array_equal(classes.target_matrix(np.array([0, 1])), [[0, 0, 1], [1, 0, 0]])
    np.testing.assert_allclose(classes.shares(), [1 / 3, 0, 2 / 3])
    numbers = Problem(inputs, np.array([[1.0], [2.0], [6.0]]), inputs, Task.REGRESSION, 1, 0)
    np.testing.assert_array_equal(numbers.target_matrix(np.array([2])), [[6]])
    np.testing.assert_array_equal(numbers.shares(), [3])


def test_smoothing_leaves_nothing_impossible() -> None:
    problem = many_class(100)
    found = problem.smoothed(np.eye(4), 9)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    np.testing.assert_allclose(found[0, 1:], problem.shares()[1:] / 10)


def test_predicting_in_chunks_is_predicting_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = many_class(50)
    whole = problem.predict(lambda asked: np.asarray(asked * 2.0), 10)
    monkeypatch.setattr(module, "CHUNK_VALUES", 20)
    sizes: list[int] = []

    def model(asked: np.ndarray) -> np.ndarray:
        sizes.append(len(asked))
        return np.asarray(asked * 2.0)

    np.testing.assert_array_equal(problem.predict(model, 10), whole)
    assert sizes == [6] * 8 + [2]


def test_notes_say_only_what_there_is_to_say() -> None:
    assert drawn_note(many_class(5), 5) == ""
    assert joined("a", drawn_note(many_class(2000), 1000), "") == "a; learnt from 1,000 of 2,000 train rows"
