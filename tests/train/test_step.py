"""What a plan can ask of a step, in whole trainings."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import f1_score

from piste.core.records import Task
from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.layer import Context
from piste.nn.losses import AbsoluteError, CrossEntropy, Huber, Loss, Poisson, SquaredError, SumOfSquares
from piste.nn.metrics import METRICS, WATCHED
from piste.nn.sequential import Sequential
from piste.nn.zoo.mlp import mlp
from piste.train.averaging import Averaging
from piste.train.fit import Examples, Fitted, Shown, fit
from piste.train.inference import outputs
from piste.train.minimise import minimise
from piste.train.optimisers import OPTIMISERS, Optimiser
from piste.train.plan import Plan, initial_carry
from piste.train.plateau import Plateau
from piste.train.schedules import rates
from piste.train.timeline import Effort, steps_per_epoch

GENERATOR = np.random.default_rng(0)
INPUTS = GENERATOR.normal(size=(120, 5)).astype(np.float32)
SCORES = INPUTS @ GENERATOR.normal(size=(5, 3)) + GENERATOR.normal(size=(120, 3))
CLASSES = SCORES.argmax(axis=1).astype(np.int32)
NUMBERS = SCORES[:, :1].astype(np.float32)


def plan(optimiser: str | Optimiser = "sgd", hidden: tuple[int, ...] = (8,), norm: bool = False, **more: Any) -> Plan:
    made = optimiser if isinstance(optimiser, Optimiser) else Optimiser(optimiser)
    model = mlp(more.pop("outputs", 3), hidden, batch_norm=norm)
    loss = more.pop("loss", CrossEntropy())
    metric = more.pop("metric", WATCHED[Task.MANY_CLASS].metric)
    return Plan(model, (5,), loss, metric, made, **more)


def trained(
    what: Plan, targets: np.ndarray = CLASSES, *, task: Task = Task.MANY_CLASS, epochs: int = 3, batch: int = 24,
    rate: float = 0.05, weights: np.ndarray | None = None, **more: Any,
) -> Fitted:  # fmt: skip
    train = Examples(INPUTS[:96], targets[:96], None if weights is None else weights[:96])
    validation = Examples(INPUTS[96:], targets[96:], None if weights is None else weights[96:])
    table = rates("constant", rate, epochs * steps_per_epoch(96, batch))
    return fit(what, train, validation, Effort(epochs, batch, table, **more), task=task, seed=0, metric=Shown("metric"))


def near(one: Any, other: Any, close: float) -> None:
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=close, atol=close), one, other)


@pytest.mark.parametrize("pieces", [2, 5])
def test_accumulated_pieces_train_as_the_whole_batch(pieces: int) -> None:
    whole, cut = trained(plan("momentum")), trained(plan("momentum", pieces=pieces))
    near(cut.parameters, whole.parameters, 1e-6)
    assert cut.epochs[-1].train_loss == pytest.approx(whole.epochs[-1].train_loss, rel=1e-6)


@pytest.mark.parametrize("batch", [1, 7, 96])
def test_any_batch_size_learns(batch: int) -> None:
    fitted = trained(plan("sgd"), batch=batch, epochs=8)
    assert fitted.epochs[-1].train_loss < fitted.epochs[0].train_loss
    assert fitted.record.steps == 8 * (96 // batch)


@pytest.mark.parametrize("name", sorted(OPTIMISERS))
def test_every_optimiser_learns(name: str) -> None:
    fitted = trained(plan(name, norm=name == "muon"), epochs=6, rate={"adadelta": 5.0}.get(name, 0.02))
    assert fitted.epochs[-1].train_loss < fitted.epochs[0].train_loss


def test_full_batch_descent_on_two_sigmoid_layers_never_rises_and_solves_the_toy() -> None:
    # The classic first network: four rows of three inputs, their answer is "one of the first two, not both".
    table = np.array([[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1]], np.float32)
    truth = np.array([[0], [1], [1], [0]], np.float32)
    sigmoid = Activation("sigmoid")
    model = Sequential((Dense(4, bias=False), sigmoid, Dense(1, bias=False), sigmoid))

    def loss(parameters: Any, inputs: jax.Array, targets: jax.Array) -> jax.Array:
        outputs, _ = model.run(parameters, {}, inputs, Context())
        return jnp.sum(SumOfSquares()(outputs, targets))

    start = model.init(jax.random.key(0), (3,))
    found = minimise(loss, start, table, truth, steps=1500, optimiser="sgd", learning_rate=1.0)
    assert np.all(np.diff(found.values) < 0)
    assert found.value < 0.05
    answers, _ = model.run(found.parameters, {}, jnp.asarray(table), Context())
    np.testing.assert_array_equal(np.round(answers), truth)


def test_lbfgs_solves_a_ridge_regression_with_biases_spared() -> None:
    linear = plan(
        Optimiser("lbfgs", l2=0.2), (), outputs=1, loss=SquaredError(), metric=WATCHED[Task.REGRESSION].metric
    )
    fitted = trained(linear, NUMBERS, task=Task.REGRESSION, epochs=30, batch=96, rate=1.0)
    ridge = Ridge(alpha=0.5 * 0.2 * 96).fit(INPUTS[:96], NUMBERS[:96, 0])
    # The best on validation is kept, so the end is read off the losses.
    errors = ridge.predict(INPUTS[:96]) - NUMBERS[:96, 0]
    assert fitted.epochs[-1].train_loss == pytest.approx(np.mean(errors**2), rel=1e-4)


def test_lbfgs_with_penalty_is_scikit_learns_logistic_regression() -> None:
    fitted = trained(plan(Optimiser("lbfgs", l2=1 / 96), ()), epochs=40, batch=96, rate=1.0)
    theirs = LogisticRegression(C=1.0, max_iter=1000, tol=1e-10).fit(INPUTS[:96], CLASSES[:96])
    chances = theirs.predict_proba(INPUTS[:96])[np.arange(96), CLASSES[:96]]
    assert fitted.epochs[-1].train_loss == pytest.approx(-np.log(chances).mean(), abs=1e-4)
    assert fitted.epochs[-1].gradient_norm < 0.1 * fitted.epochs[0].gradient_norm


def test_the_rate_of_a_plateau_falls_and_is_recorded() -> None:
    fitted = trained(plan("sgd", plateau=Plateau(2, 0.1)), epochs=8, rate=1e-9)  # too small to gain anything
    assert [record.learning_rate for record in fitted.epochs[:3]] == pytest.approx([1e-9] * 3)
    assert fitted.epochs[-1].learning_rate < 2e-10


@pytest.mark.parametrize("kind", ["ema", "swa"])
def test_the_average_is_what_is_validated_and_kept(kind: Any) -> None:
    what = plan("sgd", norm=True, averaging=Averaging(kind, 0.9))
    fitted = trained(what, epochs=12, rate=0.3, average_from=3)
    logits = outputs(what.model, fitted.parameters, fitted.state, INPUTS[96:])
    loss = float(np.mean(what.loss(logits, CLASSES[96:])))  # type: ignore[arg-type]
    assert loss == pytest.approx(min(record.validation_loss for record in fitted.epochs), rel=1e-5)
    alone = trained(plan("sgd", norm=True), epochs=12, rate=0.3)
    assert loss != pytest.approx(min(record.validation_loss for record in alone.epochs), rel=1e-4)


def test_statistics_belong_to_the_averaged_weights() -> None:
    what = plan("sgd", norm=True, averaging=Averaging("ema", 0.95))
    fitted = trained(what, epochs=60, batch=96, rate=0.05)  # the batch is the split: its statistics are exact
    dense, norm = (next(value for name, value in tree.items() if mark in name) for tree, mark in
                   ((fitted.parameters, "dense"), (fitted.state, "norm")))  # fmt: skip
    sums = INPUTS[:96] @ dense["weight"] + dense["bias"]
    np.testing.assert_allclose(norm["mean"], sums.mean(axis=0), atol=0.02)
    np.testing.assert_allclose(norm["variance"], sums.var(axis=0, ddof=1), rtol=0.1)


def test_a_metric_of_the_whole_split_is_scikit_learns() -> None:
    what = plan("adam", metric=METRICS[Task.MANY_CLASS]["f1"].metric)
    fitted = trained(what, epochs=4)
    logits = outputs(what.model, fitted.parameters, fitted.state, INPUTS[96:])
    best = fitted.epochs[int(fitted.record.best_epoch) - 1]
    assert best.validation_metric == pytest.approx(f1_score(CLASSES[96:], logits.argmax(axis=1), average="macro"))


@pytest.mark.parametrize("loss", [AbsoluteError(), Huber(0.5), Poisson()])
def test_training_starts_at_the_losss_own_best_constant(loss: Loss) -> None:
    skewed = np.exp(NUMBERS)
    what = plan("sgd", (), outputs=1, loss=loss, metric=WATCHED[Task.REGRESSION].metric)
    initial = trained(what, skewed, task=Task.REGRESSION, epochs=1, rate=1e-6).record.initial_loss
    usual = SquaredError().best_constant(skewed[:96], 1, np.ones(96)).astype(np.float32)
    answers = np.broadcast_to(usual, (24, 1))
    assert initial.expected < float(np.mean(loss(answers, skewed[96:])))  # type: ignore[arg-type]


def test_weights_count_as_repeated_examples_for_the_start() -> None:
    weights = np.where(CLASSES == 0, 5.0, 1.0).astype(np.float32)
    what = plan("sgd", ())
    fitted = trained(what, weights=weights, epochs=1, rate=1e-9)
    (head,) = fitted.parameters.values()
    counts = np.bincount(CLASSES[:96], weights[:96]) * 96 / weights[:96].sum() + 1
    np.testing.assert_allclose(head["bias"], np.log(counts / counts.sum()), atol=1e-5)


def test_what_is_off_is_not_carried_along() -> None:
    def leaves(what: Plan) -> int:
        parameters = what.model.init(jax.random.key(0), (5,))
        return len(jax.tree.leaves(initial_carry(what, what.layout.pack(parameters), {})))

    assert leaves(plan("sgd")) == 9
    assert leaves(plan("sgd", plateau=Plateau())) == 11
    assert leaves(plan("sgd", averaging=Averaging("ema"))) == 11
