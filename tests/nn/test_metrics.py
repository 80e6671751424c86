import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.metrics import accuracy_score, hamming_loss, root_mean_squared_error

from piste.core.records import Task
from piste.nn.metrics import WATCHED

generator = np.random.default_rng(0)


def mean(task: Task, outputs: np.ndarray, targets: np.ndarray) -> float:
    return float(jnp.mean(WATCHED[task].metric(jnp.asarray(outputs), jnp.asarray(targets))))


def test_accuracy_is_scikit_learns() -> None:
    outputs, targets = generator.normal(size=(50, 3)), generator.integers(0, 3, 50)
    expected = accuracy_score(targets, outputs.argmax(axis=1))
    assert mean(Task.MANY_CLASS, outputs, targets) == pytest.approx(expected)


def test_label_accuracy_is_one_less_the_hamming_loss() -> None:
    outputs, targets = generator.normal(size=(50, 4)), generator.integers(0, 2, (50, 4)).astype(float)
    assert mean(Task.MULTI_LABEL, outputs, targets) == pytest.approx(1 - hamming_loss(targets, outputs > 0))


def test_the_root_of_the_squared_error_is_the_rmse() -> None:
    outputs, targets = generator.normal(size=(50, 1)), generator.normal(size=(50, 1))
    expected = root_mean_squared_error(targets, outputs)
    assert np.sqrt(mean(Task.REGRESSION, outputs, targets)) == pytest.approx(expected, rel=1e-5)


def test_every_task_has_a_watched_metric() -> None:
    assert set(WATCHED) == set(Task)
