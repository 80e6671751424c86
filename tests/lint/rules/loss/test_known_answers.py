"""The table of wrong losses of the catalogue: each is found, and called by its name; right ones are left alone."""

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
from piste.lint.rules.loss.known_answers import RULE
from piste.nn.losses import BinaryCrossEntropy, CrossEntropy, Focal, Hinge

K = 10
Loss = Callable[[Any, Any], Any]
Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
CLASSES = {"task": "many-class", "classes": K}


def mean_of_true(logs: jax.Array, labels: jax.Array) -> jax.Array:
    return -jnp.mean(jnp.take_along_axis(logs, labels[:, None], 1))


def right(logits: jax.Array, labels: jax.Array) -> jax.Array:
    return mean_of_true(jax.nn.log_softmax(logits), labels)


def one_hot(labels: jax.Array, classes: int = K) -> jax.Array:
    return jax.nn.one_hot(labels, classes)


WRONG: dict[str, tuple[Loss, str]] = {
    "softmax twice": (lambda z, y: right(jax.nn.softmax(z), y), "loss.double-softmax"),
    "sum": (lambda z, y: right(z, y) * len(y), "loss.sum"),
    "sign": (lambda z, y: -right(z, y), "loss.sign"),
    "sigmoids": (
        lambda z, y: jnp.mean(optax.sigmoid_binary_cross_entropy(z, one_hot(y))),
        "loss.sigmoid-for-classes",
    ),
    "squares": (lambda z, y: jnp.mean((jax.nn.softmax(z) - one_hot(y)) ** 2), "loss.squared-error-of-classes"),
    "labels from 1": (lambda z, y: right(z, jnp.maximum(y - 1, 0)), "loss.labels-shifted"),
    "over the batch": (lambda z, y: mean_of_true(jax.nn.log_softmax(z, axis=0), y), "loss.batch-axis"),
    "smoothing": (
        lambda z, y: jnp.mean(optax.softmax_cross_entropy(z, optax.smooth_labels(one_hot(y), 0.1))),
        "loss.smoothing",
    ),
    "clipped": (
        lambda z, y: jnp.mean(jnp.minimum(optax.softmax_cross_entropy_with_integer_labels(z, y), 1.0)),
        "loss.clipped",
    ),
    "one class short": (
        lambda z, y: -jnp.mean(jnp.sum(one_hot(y, K - 1) * jax.nn.log_softmax(z)[:, :-1], -1)),
        "loss.one-hot-short",
    ),
}


@pytest.mark.parametrize(("loss", "key"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_loss_has_a_name(run_rule: Judge, loss: Loss, key: str) -> None:
    _, (finding,) = run_rule(RULE, loss=loss, **CLASSES)
    assert finding.key == key
    assert finding.severity is (Severity.INFO if key == "loss.smoothing" else finding.severity)


def test_the_evidence_is_that_of_the_formula(run_rule: Judge) -> None:
    _, (finding,) = run_rule(RULE, loss=WRONG["softmax twice"][0], **CLASSES)
    zero, sure, wrong, _ = finding.evidence
    # -log(e / (e + 9)) = 1.461, -log(1 / (9 e^(1/9) + 1)) = 2.403, as computed by hand
    assert (zero.measured, sure.measured, wrong.measured) == ("2.303", "1.461", "2.403")
    assert wrong.expected == "32.2"
    assert finding.severity is Severity.ERROR


HEALTHY: dict[str, tuple[Loss, dict[str, Any]]] = {
    "mean": (right, CLASSES),
    "one per example": (optax.softmax_cross_entropy_with_integer_labels, CLASSES),
    "one-hot": (optax.softmax_cross_entropy, CLASSES),
    "bfloat16": (lambda z, y: right(z.astype(jnp.bfloat16), y), CLASSES),
    "own": (CrossEntropy(), CLASSES),
    "own, smoothed": (CrossEntropy(0.1), CLASSES),
    "declared smoothing": (WRONG["smoothing"][0], {**CLASSES, "declared": Declared(smoothing=0.1)}),
    "many classes": (right, {"task": "many-class", "classes": 1000}),
    "two classes": (right, {"task": "two-class"}),
    "one logit": (lambda z, y: jnp.mean(optax.sigmoid_binary_cross_entropy(z, y)), {"task": "two-class"}),
    "labels": (BinaryCrossEntropy(), {"task": "multi-label", "classes": 4}),
    "steps": (
        lambda z, y: jnp.mean(optax.softmax_cross_entropy_with_integer_labels(z, y)),
        {
            "train": (np.zeros((8, 5), np.int32), np.arange(40).reshape(8, 5) % 7),
            "apply": lambda table, tokens: table[tokens],
            "parameters": np.zeros((3, 7), np.float32),
        },
    ),
}


@pytest.mark.parametrize(("loss", "pieces"), HEALTHY.values(), ids=HEALTHY.keys())
def test_a_right_loss_passes(run_rule: Judge, loss: Loss, pieces: dict[str, Any]) -> None:
    assert run_rule(RULE, loss=loss, **pieces) == (Outcome.PASSED, ())


@pytest.mark.parametrize("loss", [Focal(), Hinge()])
def test_a_loss_chosen_by_name_is_meant(run_rule: Judge, loss: Loss) -> None:
    assert run_rule(RULE, loss=loss, **CLASSES)[0] is Outcome.NOT_RUN


def test_an_unknown_loss_is_no_alarm(run_rule: Judge) -> None:
    _, (finding,) = run_rule(RULE, loss=lambda z, y: jnp.mean(Focal(3.0)(z, y)), **CLASSES)
    assert (finding.severity, finding.key) == (Severity.INFO, "loss.other")


def test_one_logit_against_flat_targets_is_a_broadcast(run_rule: Judge) -> None:
    inputs = np.linspace(-1, 1, 24, dtype=np.float32).reshape(12, 2)
    pipeline = Pipeline(
        loss=lambda z, y: jnp.mean(optax.sigmoid_binary_cross_entropy(z, y)),
        train=(inputs, (inputs[:, 0] > 0).astype(np.int32)),
        apply=lambda kernel, x: x @ kernel,
        parameters=np.ones((2, 1), np.float32),
    )
    _, (finding,) = run_rule(RULE, pipeline)
    assert finding.key == "loss.broadcast"


def test_losses_of_pytorch_are_called_with_tensors(run_rule: Judge) -> None:
    torch = pytest.importorskip("torch")
    right, wrong = torch.nn.CrossEntropyLoss(), torch.nn.CrossEntropyLoss(reduction="sum")
    assert run_rule(RULE, loss=right, **CLASSES) == (Outcome.PASSED, ())
    _, (finding,) = run_rule(RULE, loss=wrong, **CLASSES)
    assert finding.key == "loss.sum"
    _, (finding,) = run_rule(RULE, loss=lambda z, y: right(torch.softmax(z, -1), y), **CLASSES)
    assert finding.key == "loss.double-softmax"
