import numpy as np
from sklearn.dummy import DummyClassifier, DummyRegressor

from piste.core.records import Task
from piste.evaluate.baselines.constant import constant
from piste.evaluate.baselines.problem import Problem


def test_constants_agree_with_scikit_learn() -> None:
    random = np.random.default_rng(0)
    inputs, asked = random.normal(size=(50, 2)).astype(np.float32), np.zeros((7, 2), dtype=np.float32)
    classes = np.arange(50) % 3
    expected = DummyClassifier(strategy="prior").fit(inputs, classes).predict_proba(asked)
    found = constant(Problem(inputs, classes, asked, Task.MANY_CLASS, 3, 0)).outputs
    np.testing.assert_allclose(found, expected)
    numbers = random.normal(size=(50, 2))
    expected = DummyRegressor().fit(inputs, numbers).predict(asked)
    np.testing.assert_allclose(constant(Problem(inputs, numbers, asked, Task.REGRESSION, 2, 0)).outputs, expected)


def test_labels_get_their_shares() -> None:
    inputs, labels = np.zeros((4, 1), dtype=np.float32), np.array([[1, 0], [1, 0], [1, 1], [0, 0]])
    found = constant(Problem(inputs, labels, inputs[:2], Task.MULTI_LABEL, 2, 0)).outputs
    np.testing.assert_array_equal(found, [[0.75, 0.25]] * 2)
