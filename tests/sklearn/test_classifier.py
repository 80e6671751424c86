import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from piste.core.errors import SettingError
from piste.sklearn import PisteClassifier

SMALL: dict[str, Any] = {
    "hidden": (8,), "batch_norm": False, "dropout": 0.0, "weight_decay": 0.0, "learning_rate": 0.02, "epochs": 40,
    "batch_size": 32,
}  # fmt: skip


def small(**settings: Any) -> PisteClassifier:
    return PisteClassifier(**{**SMALL, "random_state": 0, **settings})


def pickled(model: PisteClassifier) -> PisteClassifier:
    return pickle.loads(pickle.dumps(model))  # noqa: S301 - its own


@pytest.fixture(scope="module")
def iris() -> tuple[pd.DataFrame, NDArray[np.str_]]:
    flowers = load_iris(as_frame=True)
    return flowers.data, np.asarray(flowers.target_names)[flowers.target]


@parametrize_with_checks([PisteClassifier(**SMALL)])
def test_scikit_learn_s_own_checks(estimator: PisteClassifier, check: Any) -> None:
    check(estimator)


def test_frames_with_named_classes(iris: tuple[pd.DataFrame, NDArray[np.str_]]) -> None:
    inputs, species = iris
    model = small(epochs=100).fit(inputs, species)
    assert model.score(inputs, species) > 0.95
    assert model.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert model.feature_names_in_.tolist() == inputs.columns.tolist()
    assert model.n_features_in_ == 4
    assert model.n_iter_ == len(model.loss_curve_) == len(model.validation_loss_curve_)
    assert 1 <= model.best_epoch_ <= model.n_iter_
    np.testing.assert_allclose(model.predict_proba(inputs).sum(axis=1), 1.0)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(inputs.rename(columns={"petal width (cm)": "width"}))


def test_every_setting_is_said_with_its_reason(iris: tuple[pd.DataFrame, NDArray[np.str_]]) -> None:
    model = small(hidden=None, epochs=2).fit(*iris)
    choices = {choice.setting: choice for choice in model.choices_}
    assert choices["epochs"].value == 2
    assert choices["epochs"].origin == "python"
    assert choices["hidden"].reason
    assert choices["validation"].value == 0.15
    assert set(choices) == set(model.get_params()) - {"class_weight", "random_state", "warm_start"}


def test_without_hidden_layers_it_is_logistic_regression() -> None:
    inputs, species = load_iris(return_X_y=True)
    kept = species > 0
    settings = {"hidden": (), "validation": 0.0, "epochs": 1500, "batch_size": 0, "learning_rate": 0.1, "patience": 0}
    model = small(**settings).fit(inputs[kept], species[kept])
    plain = make_pipeline(StandardScaler(), LogisticRegression(C=1e6, max_iter=10_000)).fit(inputs[kept], species[kept])
    expected = log_loss(species[kept], plain.predict_proba(inputs[kept]))
    assert log_loss(species[kept], model.predict_proba(inputs[kept])) == pytest.approx(expected, abs=0.005)


def test_equal_seeds_give_equal_bits_and_other_seeds_do_not(iris: tuple[pd.DataFrame, NDArray[np.str_]]) -> None:
    inputs, species = iris
    first, again, other = (
        clone(small(epochs=3, dropout=0.2, random_state=seed)).fit(inputs, species).predict_proba(inputs)
        for seed in (1, np.int64(1), 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_it_works_in_pipelines_and_searches(iris: tuple[pd.DataFrame, NDArray[np.str_]]) -> None:
    inputs, species = iris
    pipeline = make_pipeline(StandardScaler().set_output(transform="pandas"), small(epochs=60))
    assert cross_val_score(pipeline, inputs, species, cv=3).min() > 0.85
    assert pipeline.fit(inputs, species)[-1].feature_names_in_.tolist() == inputs.columns.tolist()
    # Rates of one network share a compilation; NumPy's numbers and lists are what searches hand over.
    grid = {"learning_rate": list(np.logspace(-4, -1, 2)), "hidden": [[8]]}
    search = GridSearchCV(small(epochs=60), grid, cv=3).fit(inputs, species)
    assert search.best_params_["learning_rate"] == pytest.approx(0.1)


def test_several_labels_at_once() -> None:
    inputs, labels = make_multilabel_classification(200, 6, n_classes=3, random_state=0)
    model = small(learning_rate=0.05, epochs=100).fit(inputs, labels)
    predicted, shares = model.predict(inputs), model.predict_proba(inputs)
    assert predicted.shape == shares.shape == labels.shape
    np.testing.assert_array_equal(predicted, shares > 0.5)
    assert np.mean(predicted == labels) > 0.8
    with pytest.raises(ValueError, match=r"y has 3 columns of classes; .* MultiOutputClassifier"):
        small().fit(inputs, labels + np.arange(3))


def test_partial_fit_goes_on_from_where_it_stands(iris: tuple[pd.DataFrame, NDArray[np.str_]]) -> None:
    inputs, species = iris
    model = small()
    for _ in range(40):
        model.partial_fit(inputs, species, classes=["setosa", "versicolor", "virginica"])
    assert model.n_iter_ == len(model.loss_curve_) == 40
    assert model.loss_ < model.loss_curve_[0] / 3
    assert model.score(inputs, species) > 0.9
    with pytest.raises(ValueError, match=r"y has the class .*'rose'.*, which is not one of the classes \['setosa'"):
        model.partial_fit(inputs[:2], ["setosa", "rose"])


def test_partial_fit_after_fit_and_after_pickling_continues(iris: tuple[pd.DataFrame, NDArray[np.str_]]) -> None:
    inputs, species = iris
    model = small(epochs=3).fit(inputs, species)
    copied = pickled(model)
    model.partial_fit(inputs, species).partial_fit(inputs, species)
    copied = pickled(copied.partial_fit(inputs, species)).partial_fit(inputs, species)
    np.testing.assert_array_equal(model.predict_proba(inputs), copied.predict_proba(inputs))
    assert model.n_iter_ == 5
    assert model.loss_ < model.loss_curve_[0]


def test_a_divergence_is_said(iris: tuple[pd.DataFrame, NDArray[np.str_]]) -> None:
    with pytest.warns(ConvergenceWarning, match="no longer a finite number .* learning_rate smaller than 1000"):
        small(optimiser="sgd", learning_rate=1000.0, loss=None, hidden=(8, 8), weight_decay=1.0).fit(*iris)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"hidden": (0,)}, "'hidden' parameter of PisteClassifier must be .* Got"),
        ({"dropout": 1.0}, "'dropout' parameter of PisteClassifier must be a number in .*Got 1.0"),
        ({"validation": 1.5}, "'validation' parameter of PisteClassifier must be a number in .*Got 1.5"),
        ({"loss": "squared-error"}, "'squared-error' does not fit a many-class target"),
        ({"optimiser": "newton"}, "'optimiser' parameter of PisteClassifier must be one of"),
    ],
)
def test_settings_that_do_not_fit_are_refused(
    settings: dict[str, Any], sentence: str, iris: tuple[pd.DataFrame, NDArray[np.str_]]
) -> None:
    with pytest.raises(SettingError, match=sentence):
        small(**settings).fit(*iris)
