"""The laws of losses, each against a loss that breaks it and one that keeps it."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.declared import Declared
from piste.lint.pipeline import Pipeline
from piste.lint.rule import Rule
from piste.lint.rules.loss import batch_mean, classes_are_names, corrects, extremes, ignores, order, perfect
from piste.nn.losses import BinaryCrossEntropy, CrossEntropy, Focal, Hinge, Huber, SquaredError

K = 10
CLASSES = {"task": "many-class", "classes": K}
NUMBERS = {"task": "regression"}
LAWS = (order.RULE, batch_mean.RULE, extremes.RULE, corrects.RULE, perfect.RULE, classes_are_names.RULE)
Loss = Callable[[Any, Any], Any]
Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]


def right(logits: jax.Array, labels: jax.Array) -> jax.Array:
    return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(logits, labels))


def squares(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    return jnp.mean((outputs - targets) ** 2)


BROKEN: dict[str, tuple[Rule, Loss, dict[str, Any], str]] = {
    "sign": (order.RULE, lambda z, y: -right(z, y), CLASSES, "loss.sign"),
    "sign of numbers": (order.RULE, lambda o, t: -squares(o, t), NUMBERS, "loss.sign"),
    "constant": (order.RULE, lambda z, y: right(0 * z, y), CLASSES, "loss.order"),
    "sum": (batch_mean.RULE, lambda z, y: right(z, y) * len(y), CLASSES, "loss.sum"),
    "over the batch": (
        batch_mean.RULE,
        lambda z, y: -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(z, axis=0), y[:, None], 1)),
        CLASSES,
        "loss.batch-axis",
    ),
    "log of softmax": (
        extremes.RULE,
        lambda z, y: -jnp.mean(jnp.sum(jax.nn.one_hot(y, K) * jnp.log(jax.nn.softmax(z)), -1)),
        CLASSES,
        "loss.not-finite",
    ),
    "root at zero": (extremes.RULE, lambda o, t: jnp.sqrt(squares(o, t)), NUMBERS, "loss.not-finite"),
    "squares of probabilities": (
        corrects.RULE,
        lambda z, y: squares(jax.nn.softmax(z), jax.nn.one_hot(y, K)),
        CLASSES,
        "loss.flat",
    ),
    "class as a number": (
        classes_are_names.RULE,
        lambda z, y: squares(z[..., 0], y),
        CLASSES,
        "loss.squared-error-of-classes",
    ),
    "expected class": (
        classes_are_names.RULE,
        lambda z, y: squares(jax.nn.softmax(z) @ jnp.arange(K, dtype=jnp.float32), y),
        CLASSES,
        "loss.squared-error-of-classes",
    ),
    "floor": (perfect.RULE, lambda o, t: squares(o, t) + 3.0, NUMBERS, "loss.floor"),
}


@pytest.mark.parametrize(("rule", "loss", "pieces", "key"), BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_law_is_found(run_rule: Judge, rule: Rule, loss: Loss, pieces: dict[str, Any], key: str) -> None:
    outcome, findings = run_rule(rule, loss=loss, **pieces)
    assert outcome is Outcome.FOUND
    assert [finding.key for finding in findings] == [key]


SANE: dict[str, tuple[Loss, dict[str, Any]]] = {
    "cross-entropy": (right, CLASSES),
    "smoothed": (CrossEntropy(0.3), {"task": "two-class"}),
    "focal": (Focal(), CLASSES),
    "hinge": (Hinge(), CLASSES),
    "with a small number in the logarithm": (
        lambda z, y: -jnp.mean(jnp.sum(jax.nn.one_hot(y, K) * jnp.log(jax.nn.softmax(z) + 1e-7), -1)),
        CLASSES,
    ),
    "weighed by class": (
        lambda z, y: jnp.mean(jnp.arange(1.0, K + 1)[y] * optax.softmax_cross_entropy_with_integer_labels(z, y)),
        CLASSES,
    ),
    "labels": (BinaryCrossEntropy(), {"task": "multi-label", "classes": 5}),
    "squares": (squares, NUMBERS),
    "several numbers": (SquaredError(), {"task": "regression", "classes": 3}),
    "Huber": (Huber(), NUMBERS),
    "sizes": (lambda o, t: jnp.mean(jnp.abs(o - t)), NUMBERS),
}


@pytest.mark.parametrize(("loss", "pieces"), SANE.values(), ids=SANE.keys())
def test_a_sane_loss_keeps_all_laws(run_rule: Judge, loss: Loss, pieces: dict[str, Any]) -> None:
    for rule in LAWS:
        assert run_rule(rule, loss=loss, **pieces)[1] == (), rule.code


def test_a_sum_may_be_meant(run_rule: Judge) -> None:
    outcome, _ = run_rule(
        batch_mean.RULE, loss=lambda z, y: right(z, y) * len(y), declared=Declared(summed=True), **CLASSES
    )
    assert outcome is Outcome.PASSED


def numbers_of_shape(tail: tuple[int, ...]) -> Pipeline:
    inputs = np.linspace(-1, 1, 24, dtype=np.float32).reshape(12, 2)
    return Pipeline(
        loss=squares,
        train=(inputs, inputs.sum(axis=1)),
        apply=lambda kernel, x: (x @ kernel).reshape(len(x), *tail),
        parameters=np.ones(2, np.float32),
    )


def test_outputs_in_a_column_broadcast_against_flat_targets(run_rule: Judge) -> None:
    _, (finding,) = run_rule(perfect.RULE, numbers_of_shape((1,)))
    assert finding.key == "loss.broadcast"
    assert run_rule(perfect.RULE, numbers_of_shape(())) == (Outcome.PASSED, ())


def masked(logits: jax.Array, labels: jax.Array, divide_by_all: bool) -> jax.Array:
    losses = optax.softmax_cross_entropy_with_integer_labels(logits, jnp.maximum(labels, 0))
    kept = labels != -1
    return jnp.sum(jnp.where(kept, losses, 0.0)) / (len(labels) if divide_by_all else jnp.sum(kept))


def test_what_is_to_be_ignored_counts_for_nothing(run_rule: Judge) -> None:
    pieces: dict[str, Any] = {**CLASSES, "declared": Declared(ignore_label=-1)}
    assert run_rule(ignores.RULE, loss=lambda z, y: masked(z, y, False), **pieces) == (Outcome.PASSED, ())
    _, (finding,) = run_rule(ignores.RULE, loss=lambda z, y: masked(z, y, True), **pieces)
    assert finding.key == "loss.normaliser"
    wrapping = lambda z, y: -jnp.mean(jax.nn.log_softmax(z)[jnp.arange(len(y)), y])  # noqa: E731
    _, (finding,) = run_rule(ignores.RULE, loss=wrapping, **pieces)
    assert finding.key == "loss.ignored-counts"
    assert run_rule(ignores.RULE, loss=wrapping, **CLASSES)[0] is Outcome.NOT_RUN


def test_weights_of_classes_are_no_alarm(run_rule: Judge) -> None:
    weights = jnp.where(jnp.arange(K) == 8, 50.0, 1.0)

    def weighted(logits: jax.Array, labels: jax.Array) -> jax.Array:
        losses = optax.softmax_cross_entropy_with_integer_labels(logits, labels)
        return jnp.sum(weights[labels] * losses) / jnp.sum(weights[labels])

    _, (finding,) = run_rule(batch_mean.RULE, loss=weighted, **CLASSES)
    assert (finding.severity, finding.key) == (Severity.INFO, "loss.weights")
    meant = Declared(class_weights=True)
    assert run_rule(batch_mean.RULE, loss=weighted, declared=meant, **CLASSES) == (Outcome.PASSED, ())


def test_pytorch_takes_part(run_rule: Judge) -> None:
    torch = pytest.importorskip("torch")
    for rule in LAWS:
        assert run_rule(rule, loss=torch.nn.CrossEntropyLoss(), **CLASSES)[1] == ()
        assert run_rule(rule, loss=torch.nn.MSELoss(), **NUMBERS)[1] == ()
    _, (finding,) = run_rule(batch_mean.RULE, loss=torch.nn.MSELoss(reduction="sum"), **NUMBERS)
    assert finding.key == "loss.sum"


def test_where_every_output_meets_every_target_the_order_says_nothing(run_rule: Judge) -> None:
    def pairs(logits: jax.Array, labels: jax.Array) -> jax.Array:
        return jnp.mean(optax.sigmoid_binary_cross_entropy(logits.reshape(-1, 1), labels.reshape(-1)))

    assert run_rule(order.RULE, loss=pairs, task="two-class")[0] is Outcome.NOT_RUN
    (finding,) = run_rule(batch_mean.RULE, loss=pairs, task="two-class")[1]
    assert finding.key == "loss.broadcast"
