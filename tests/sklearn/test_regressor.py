from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from piste.sklearn import PisteRegressor

SMALL: dict[str, Any] = {"hidden": (8,), "weight_decay": 0.0, "learning_rate": 0.02, "epochs": 40, "batch_size": 32}
LINEAR: dict[str, Any] = {
    "hidden": (), "validation": 0.0, "epochs": 600, "batch_size": 0, "learning_rate": 0.1, "patience": 0,
}  # fmt: skip


def small(**settings: Any) -> PisteRegressor:
    return PisteRegressor(**{**SMALL, "random_state": 0, **settings})


def plane(rows: int = 120) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(rows, 3)) * [1.0, 100.0, 0.01] + [0.0, 1e4, 5.0]
    return inputs, inputs @ [2.0, 0.03, -50.0] + generator.normal(size=rows)


@parametrize_with_checks([PisteRegressor(**SMALL)])
def test_scikit_learn_s_own_checks(estimator: PisteRegressor, check: Any) -> None:
    check(estimator)


def test_without_hidden_layers_it_is_linear_regression() -> None:
    inputs, targets = plane()
    expected = LinearRegression().fit(inputs, targets).predict(inputs)
    np.testing.assert_allclose(small(**LINEAR).fit(inputs, targets).predict(inputs), expected, atol=0.01)


def test_weights_that_are_no_whole_numbers_weigh_the_loss() -> None:
    inputs, targets = plane()
    weights = np.random.default_rng(1).exponential(size=len(targets))
    expected = LinearRegression().fit(inputs, targets, weights).predict(inputs)
    found = small(**LINEAR).fit(inputs, targets, sample_weight=weights).predict(inputs)
    np.testing.assert_allclose(found, expected, atol=0.01)
    unweighted = LinearRegression().fit(inputs, targets).predict(inputs)
    assert np.abs(found - expected).max() < np.abs(unweighted - expected).max() / 10


def test_several_targets_at_once_in_their_own_units() -> None:
    inputs, targets = plane()
    both = np.column_stack([targets, 1e6 - 1e3 * targets])
    model = small(**LINEAR).fit(inputs, both)
    expected = LinearRegression().fit(inputs, both).predict(inputs)
    np.testing.assert_allclose(model.predict(inputs) / [1.0, 1e3], expected / [1.0, 1e3], atol=0.02)
    assert model.n_outputs_ == 2


def test_a_network_beats_a_line_where_there_is_a_curve() -> None:
    inputs = np.linspace(-3.0, 3.0, 300)[:, None]
    targets = np.sin(2 * inputs[:, 0])
    model = small(hidden=(32, 32), epochs=150).fit(inputs, targets)
    assert model.score(inputs, targets) > 0.95


def test_the_defaults_are_not_worse_than_a_line() -> None:
    inputs, targets = load_diabetes(return_X_y=True)
    seen = np.arange(len(targets)) % 4 > 0
    line = LinearRegression().fit(inputs[seen], targets[seen]).score(inputs[~seen], targets[~seen])
    model = PisteRegressor(random_state=0).fit(inputs[seen], targets[seen])
    assert model.score(inputs[~seen], targets[~seen]) > line - 0.1


def test_partial_fit_learns_from_pieces_of_any_size() -> None:
    inputs, targets = plane(300)
    model = small(hidden=(), optimiser="adam", learning_rate=0.02)
    model.partial_fit(inputs[:100], targets[:100])
    for _ in range(12):
        for start, end in ((100, 164), (164, 170), (170, 300)):
            model.partial_fit(inputs[start:end], targets[start:end])
    assert model.n_iter_ == 37
    expected = LinearRegression().fit(inputs, targets).score(inputs, targets)
    assert model.score(inputs, targets) > expected - 0.02
    with pytest.raises(ValueError, match="y had 1 columns in the first call, and has 2 now"):
        model.partial_fit(inputs, np.column_stack([targets, targets]))
