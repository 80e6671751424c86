"""The settings of the engine as an estimator's parameters."""

import dataclasses
import inspect
import warnings
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.datasets import make_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from piste.core.errors import SettingError
from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.sequential import Sequential
from piste.nn.spec import to_spec
from piste.recipe.settings import ModelSettings
from piste.sklearn import PisteClassifier, PisteRegressor
from piste.sklearn.decisions import DEFAULTS, OWN
from piste.sklearn.parameters import ParameterError
from piste.train.settings import TrainingSettings

Array = NDArray[Any]
QUICK: dict[str, Any] = {"hidden": (8,), "epochs": 3, "batch_size": 32, "random_state": 0}
LINEAR: dict[str, Any] = {
    "model": "linear", "validation": 0.0, "epochs": 400, "batch_size": 0, "learning_rate": 0.1, "patience": 0,
    "weight_decay": 0.0, "random_state": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def classes() -> tuple[Array, Array]:
    inputs, labels = make_classification(200, 6, n_informative=4, n_classes=3, weights=[0.7, 0.2], random_state=0)
    return inputs, np.asarray(["ill", "well", "unknown"])[labels]


@pytest.fixture(scope="module")
def numbers() -> tuple[Array, Array]:
    inputs, targets = make_regression(200, 5, noise=5.0, random_state=0)
    return inputs, targets


def squared(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.mean(jnp.square(outputs - targets), axis=-1)


def negative_log(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return -jnp.take_along_axis(jax.nn.log_softmax(outputs), targets[:, None], axis=-1)[:, 0]


def brier(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.sum(jnp.square(jax.nn.softmax(outputs) - jax.nn.one_hot(targets, outputs.shape[-1])), axis=-1)


def mean_of_all(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.mean(jnp.square(outputs - targets))


@pytest.mark.parametrize("kind", [PisteClassifier, PisteRegressor])
def test_defaults_are_those_of_the_settings_and_only_losses_of_the_other_task_are_missing(kind: type) -> None:
    found = {name: one.default for name, one in inspect.signature(kind).parameters.items() if name not in OWN}
    assert found == {name: DEFAULTS[name] for name in found}
    losses = {"smoothing", "gamma", "margin", "delta", "quantile"}
    training = {field.name for field in dataclasses.fields(TrainingSettings)} - {"checkpoint"}
    missing = (training | losses) - set(found)
    assert missing == ({"delta", "quantile"} if kind is PisteClassifier else {"smoothing", "gamma", "margin"})
    assert {field.name for field in dataclasses.fields(ModelSettings)} > (set(found) - training)


CHANGED: list[dict[str, Any]] = [
    {"loss": "focal", "gamma": 1.0},
    {"loss": "squared-hinge", "margin": 0.5},
    {"loss": brier},
    {"smoothing": 0.1},
    {"class_weight": "balanced"},
    {"class_weight": {"ill": 1.0, "well": 3.0}},
    {"optimiser": "nadam", "momentum": 0.8, "beta2": 0.99},
    {"optimiser": "lbfgs", "batch_size": None},
    {"l1": 0.01, "l2": 0.01, "decay_all": True},
    {"clip": 0.5, "clip_value": 0.1},
    {"accumulate": 4},
    {"schedule": "cosine", "cycles": 2, "final_rate": 0.1, "warmup": 0.5},
    {"schedule": "plateau", "plateau_patience": 1, "plateau_factor": 0.5},
    {"averaging": "ema", "average_decay": 0.9},
    {"averaging": "swa", "average_start": 0.3},
    {"augment": ("noise:0.2", "swap:0.1", "mixup:0.2")},
    {"metric": "balanced-accuracy"},
    {"model": "residual-mlp", "depth": 2, "hidden": (8,)},
    {"model": "linear", "hidden": None},
    {"model": Sequential((Dense(5), Activation("tanh"), Dense(3))), "hidden": None},
    {"model": to_spec(Sequential((Dense(4), Activation("elu"), Dense(3)))), "hidden": None},
    {"activation": "gelu", "batch_norm": False, "dropout": 0.3},
    {"minimal_gain": 0.1, "patience": 1},
    {"validate_every": 3},
    {"precision": "float64"},
    {"precision": "bfloat16"},
]


@pytest.fixture(scope="module")
def plain(classes: tuple[Array, Array]) -> PisteClassifier:
    return PisteClassifier(**{**QUICK, "epochs": 8, "validation": 0.2}).fit(*classes)


@pytest.mark.parametrize("settings", CHANGED, ids=lambda settings: str(settings).partition(" at 0x")[0])
def test_every_setting_changes_the_training_and_survives_a_clone(
    settings: dict[str, Any], classes: tuple[Array, Array], plain: PisteClassifier
) -> None:
    base = {**QUICK, "epochs": 8, "validation": 0.2}
    model = clone(PisteClassifier(**base).set_params(**settings))
    assert {name: model.get_params()[name] for name in settings} == settings
    model.fit(*classes)
    shares = model.predict_proba(classes[0])
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    different = not np.array_equal(shares, plain.predict_proba(classes[0]))
    # A gradient in pieces is the same gradient but for its rounding; a metric changes what is watched alone.
    assert different or model.validation_scores_ != plain.validation_scores_


def test_a_search_goes_over_any_of_them(classes: tuple[Array, Array]) -> None:
    grid = [
        {"model": ["mlp", Sequential((Dense(5), Activation("tanh"), Dense(3)))], "hidden": [None]},
        {"loss": ["focal", negative_log], "class_weight": [None, "balanced"]},
    ]
    search = GridSearchCV(PisteClassifier(**QUICK), grid, cv=2, error_score="raise").fit(*classes)
    assert len(search.cv_results_["params"]) == 6
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_losses_of_one_s_own_agree_with_those_by_name(
    classes: tuple[Array, Array], numbers: tuple[Array, Array]
) -> None:
    pairs: list[tuple[type, str, Callable[..., jax.Array], tuple[Array, Array]]] = [
        (PisteClassifier, "cross-entropy", negative_log, classes),
        (PisteRegressor, "squared-error", squared, numbers),
    ]
    for kind, name, function, (inputs, targets) in pairs:
        named, own = (kind(**QUICK, loss=loss).fit(inputs, targets) for loss in (name, function))
        np.testing.assert_allclose(own.loss_curve_, named.loss_curve_, rtol=1e-5)
    with pytest.raises(ParameterError, match="'mean_of_all' must give one number per example"):
        PisteRegressor(**QUICK, loss=mean_of_all).fit(*numbers)


@pytest.mark.parametrize("class_weight", ["balanced", {0: 1.0, 1: 9.0}])
def test_class_weights_mean_what_they_mean_in_scikit_learn(class_weight: Any) -> None:
    inputs, labels = make_classification(300, 4, weights=[0.8], flip_y=0.1, random_state=1)
    weights = np.random.default_rng(0).integers(1, 4, size=300)
    expected = make_pipeline(StandardScaler(), LogisticRegression(C=1e6, class_weight=class_weight))
    # The scaler weighs as the estimator here does, on the given weights alone.
    fit_weights = {"standardscaler__sample_weight": weights, "logisticregression__sample_weight": weights}
    expected.fit(inputs, labels, **fit_weights)
    model = PisteClassifier(**LINEAR, class_weight=class_weight).fit(inputs, labels, sample_weight=weights)
    np.testing.assert_allclose(model.predict_proba(inputs), expected.predict_proba(inputs), atol=0.01)


def test_weights_of_classes_are_passed_to_partial_fit_as_a_dictionary_alone(classes: tuple[Array, Array]) -> None:
    inputs, labels = classes
    names = np.unique(labels)
    with pytest.raises(ParameterError, match=r"partial_fit cannot know .* compute_class_weight"):
        PisteClassifier(**QUICK, class_weight="balanced").partial_fit(inputs, labels, classes=names)
    given = {"ill": 1.0, "well": 2.0, "unknown": 4.0}
    weighed = PisteClassifier(**QUICK, class_weight=given).partial_fit(inputs, labels, classes=names)
    sample_weight = np.vectorize(given.get)(labels)
    model = PisteClassifier(**QUICK).partial_fit(inputs, labels, classes=names, sample_weight=sample_weight)
    # The same but for the standardising, which a sample's weight belongs to and its class's does not.
    np.testing.assert_allclose(weighed.predict_proba(inputs), model.predict_proba(inputs), atol=0.05)


@pytest.mark.parametrize("precision", ["float64", "bfloat16"])
def test_passes_are_computed_in_their_precision(precision: str, numbers: tuple[Array, Array]) -> None:
    inputs, targets = numbers
    exact = PisteRegressor(**QUICK).partial_fit(inputs, targets).partial_fit(inputs, targets)
    model = PisteRegressor(**QUICK, precision=precision).partial_fit(inputs, targets).partial_fit(inputs, targets)
    found = {leaf.dtype.name for leaf in jax.tree.leaves(model.parameters_)}
    assert found == {"float64" if precision == "float64" else "float32"}
    difference = np.abs(model.predict(inputs) - exact.predict(inputs)).max() / np.std(targets)
    assert 0 < difference < (1e-4 if precision == "float64" else 0.1)


def test_the_first_pass_starts_where_a_fit_does(numbers: tuple[Array, Array]) -> None:
    inputs, targets = numbers
    settings = {**QUICK, "learning_rate": 1e-12, "weight_decay": 0.0, "validation": 0.0, "epochs": 1}
    weights = np.random.default_rng(0).exponential(size=len(targets))
    for loss in ("absolute-error", "quantile"):
        fitted = PisteRegressor(**settings, loss=loss).fit(inputs, targets, sample_weight=weights)
        passed = PisteRegressor(**settings, loss=loss).partial_fit(inputs, targets, sample_weight=weights)
        np.testing.assert_allclose(passed.predict(inputs), fitted.predict(inputs), rtol=1e-4)


def test_warm_start_goes_on_as_in_scikit_learn(classes: tuple[Array, Array]) -> None:
    inputs, labels = classes
    for model in (PisteClassifier(**QUICK, warm_start=True), MLPClassifier((8,), max_iter=3, warm_start=True)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            losses = [model.fit(inputs, labels).loss_ for _ in range(6)]
            assert len(model.loss_curve_) == 18
            assert losses[-1] < losses[0]
            with pytest.raises(ValueError, match="classes"):
                model.fit(inputs[labels != "ill"], labels[labels != "ill"])
    again = PisteClassifier(**QUICK, warm_start=True).fit(inputs, labels).fit(inputs, labels)
    assert again.n_iter_ == len(again.loss_curve_) == 6
    again = PisteClassifier(**QUICK).fit(inputs, labels)
    assert again.fit(inputs, labels).n_iter_ == 3
    grown = PisteClassifier(**QUICK, warm_start=True).fit(inputs, labels).set_params(hidden=(9,))
    with pytest.raises(ParameterError, match=r"warm_start=True .* the network, or what they are chosen from, have"):
        grown.fit(inputs, labels)


def test_warm_start_keeps_how_numbers_are_standardised(numbers: tuple[Array, Array]) -> None:
    inputs, targets = numbers
    model = PisteRegressor(**{**QUICK, "epochs": 60}, warm_start=True).fit(inputs, targets)
    before = model.predict(inputs)
    model.set_params(learning_rate=1e-12, weight_decay=0.0, epochs=1, averaging="ema").fit(
        inputs[:120] * 2, targets[:120]
    )
    np.testing.assert_allclose(model.predict(inputs), before, rtol=1e-3, atol=1e-2)


def test_counts_are_predicted_as_counts() -> None:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(400, 2))
    rates = np.exp(0.5 + inputs @ [0.7, -0.4])
    model = PisteRegressor(**LINEAR, loss="poisson").fit(inputs, generator.poisson(rates))
    np.testing.assert_allclose(np.log(model.predict(inputs)), np.log(rates), atol=0.3)
    with pytest.raises(ValueError, match="'poisson' needs counts of at least 0, and y has -1"):
        PisteRegressor(**LINEAR, loss="poisson").fit(inputs, np.full(400, -1.0))


def test_quantiles_are_exceeded_as_often_as_they_say(numbers: tuple[Array, Array]) -> None:
    inputs, targets = numbers
    model = PisteRegressor(**LINEAR, loss="quantile", quantile=0.9).fit(inputs, targets)
    assert np.mean(targets > model.predict(inputs)) == pytest.approx(0.1, abs=0.03)


def test_training_stops_at_a_target_in_the_target_s_own_units(numbers: tuple[Array, Array]) -> None:
    inputs, targets = numbers
    model = PisteRegressor(**{**LINEAR, "validation": 0.2}, metric="mae", stop_at=12.0).fit(inputs, targets)
    assert model.stopped_ == "target"
    assert model.validation_scores_[-1] <= 12.0 < min(model.validation_scores_[:-1])
    held = PisteRegressor(**{**LINEAR, "epochs": 100_000}, minutes=1e-6).fit(inputs, targets)
    assert held.stopped_ == "time"
    assert held.n_iter_ < 100_000
    patient = PisteRegressor(**{**LINEAR, "minimal_gain": 1e6, "patience": 3}).fit(inputs, targets)
    assert (patient.stopped_, patient.n_iter_) == ("patience", 4)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"optimiser": "adagrad", "momentum": 0.9}, "'momentum' parameter of PisteRegressor belongs to the optimiser"),
        ({"delta": 2.0}, "'delta' parameter of PisteRegressor belongs to the loss huber"),
        ({"model": "cnn"}, "model 'cnn' needs pictures.* Choose model"),
        ({"model": "gru"}, "model 'gru' needs sequences"),
        ({"model": Sequential((Dense(2),)), "hidden": None}, "need 1 number: let it end with a Dense layer of 1 units"),
        ({"model": {"layer": "Dens"}, "hidden": None}, "There is no layer 'Dens'"),
        ({"model": 3}, "'spec' parameter|'model' parameter"),
        ({"model": Sequential((Dense(1),))}, "'hidden' parameter of PisteRegressor is for the networks by name"),
        ({"augment": ("flip",)}, "'flip' is not for a table"),
        ({"augment": "noise"}, "'augment' parameter of PisteRegressor must be a list of texts"),
        ({"optimiser": "lbfgs"}, "lbfgs needs the full batch, batch_size=0"),
        ({"metric": "accuracy"}, "The metric 'accuracy' does not fit .* Leave metric out"),
        ({"warm_start": "yes"}, "'warm_start' parameter of PisteRegressor must be true or false"),
        ({"averaging": "mean"}, "'averaging' parameter of PisteRegressor must be one of 'none', 'ema', 'swa'"),
    ],
)
def test_parameters_that_do_not_fit_are_refused_in_one_sentence(
    settings: dict[str, Any], sentence: str, numbers: tuple[Array, Array]
) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        PisteRegressor(**{**QUICK, **settings}).fit(*numbers)
    assert isinstance(caught.value, SettingError)
    assert "--" not in str(caught.value)


@pytest.mark.parametrize(
    ("class_weight", "sentence"),
    [
        ("even", "'class_weight' parameter of PisteClassifier must be 'balanced', a dictionary .* Got 'even'"),
        ({"ill": 0.0}, "must be a number above 0"),
        ([1, 2], "must be 'balanced', a dictionary"),
    ],
)
def test_class_weights_that_do_not_fit_are_refused(
    class_weight: Any, sentence: str, classes: tuple[Array, Array]
) -> None:
    with pytest.raises(ParameterError, match=sentence):
        PisteClassifier(**QUICK, class_weight=class_weight).fit(*classes)


def test_several_labels_have_no_class_weights() -> None:
    inputs = np.random.default_rng(0).normal(size=(60, 3))
    with pytest.raises(ParameterError, match="class_weight needs classes, and y has several labels"):
        PisteClassifier(**QUICK, class_weight="balanced").fit(inputs, (inputs > 0).astype(int))
