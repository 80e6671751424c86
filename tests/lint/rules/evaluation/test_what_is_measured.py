"""Which metric it is, of which places, and of which split."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest
from sklearn import metrics

from piste.core.findings import Finding, Outcome, Severity
from piste.core.records import Task
from piste.lint.declared import Declared
from piste.lint.rules.evaluation import held_out, ignored_steps, of_the_right_kind
from piste.nn.metrics import METRICS, WholeSplit

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]


def of(function: Any, **more: Any) -> Any:
    """Return scikit-learn's function of logits and labels."""
    return lambda logits, labels: function(np.asarray(labels), np.asarray(logits).argmax(-1), **more)


MACRO, MICRO, F1 = of(metrics.f1_score, average="macro"), of(metrics.f1_score, average="micro"), of(metrics.f1_score)
COMMON_FIRST = (np.ones((100, 2), np.float32), (np.arange(100) % 10 == 0).astype(np.int32))
RARE_FIRST = (COMMON_FIRST[0], 1 - COMMON_FIRST[1])
TWO = {"task": "two-class", "apply": lambda kernel, inputs: inputs @ kernel, "parameters": np.ones((2, 2), np.float32)}


@pytest.mark.parametrize(
    ("metric", "declared", "pieces"),
    [
        (MICRO, "macro-f1", {"task": "many-class", "classes": 10}),
        (MACRO, "accuracy", {"task": "many-class", "classes": 4}),
        (of(metrics.f1_score, pos_label=0), "f1", {**TWO, "train": COMMON_FIRST}),
        (lambda logits, labels: jnp.mean((logits[:, 1] > 0.5) == labels), "accuracy", {**TWO, "train": COMMON_FIRST}),
    ],
    ids=["micro for macro", "F1 for accuracy", "of the other class", "threshold"],
)
def test_another_metric_than_declared_is_found(run_rule: Judge, metric: Any, declared: str, pieces: Any) -> None:
    _, (finding,) = run_rule(of_the_right_kind.RULE, metric=metric, declared=Declared(metric=declared), **pieces)
    assert (finding.key, finding.severity) == ("metric.other", Severity.ERROR)


@pytest.mark.parametrize(
    ("metric", "declared"),
    [
        (MACRO, "macro-f1"),
        (lambda z, y: 1.0 - jnp.mean(jnp.argmax(z, -1) == y), "accuracy"),
        (of(metrics.balanced_accuracy_score), "balanced-accuracy"),
    ],
)
def test_the_declared_one_passes(run_rule: Judge, metric: Any, declared: str) -> None:
    pieces = {"metric": metric, "declared": Declared(metric=declared), "task": "many-class", "classes": 7}
    assert run_rule(of_the_right_kind.RULE, **pieces) == (Outcome.PASSED, ())


def test_a_score_of_the_common_class_is_found_and_one_of_the_rare_class_is_not(run_rule: Judge) -> None:
    of_first = of(metrics.f1_score, pos_label=0)
    _, (finding,) = run_rule(of_the_right_kind.RULE, metric=of_first, train=COMMON_FIRST, **TWO)
    assert (finding.key, finding.severity) == ("metric.positive-class", Severity.WARNING)
    assert run_rule(of_the_right_kind.RULE, metric=of_first, train=RARE_FIRST, **TWO)[1] == ()
    assert run_rule(of_the_right_kind.RULE, metric=F1, train=COMMON_FIRST, **TWO)[1] == ()


@pytest.mark.parametrize("name", METRICS[Task.TWO_CLASS])
def test_own_metrics_have_no_finding(run_rule: Judge, name: str) -> None:
    metric = METRICS[Task.TWO_CLASS][name].metric
    whole = (lambda o, t: metric.compute(o, t, jnp.ones(len(t)))) if isinstance(metric, WholeSplit) else metric
    assert run_rule(of_the_right_kind.RULE, metric=whole, train=COMMON_FIRST, **TWO)[1] == ()


def tags(metric: Any) -> dict[str, Any]:
    return {"metric": metric, "task": "many-class", "classes": 5, "declared": Declared(ignore_label=-1)}


def right(logits: jax.Array, labels: jax.Array) -> jax.Array:
    return jnp.argmax(logits, -1) == labels


def test_ignored_places_in_the_metric_are_found(run_rule: Judge) -> None:
    _, (finding,) = run_rule(ignored_steps.RULE, **tags(lambda z, y: jnp.mean(right(z, y))))
    assert finding.key == "metric.ignored-counts"
    _, (finding,) = run_rule(ignored_steps.RULE, **tags(lambda z, y: jnp.mean(right(z, jnp.maximum(y, 0)))))
    assert finding.key == "metric.ignored-counts"


def test_a_masked_metric_and_one_per_place_pass(run_rule: Judge) -> None:
    masked = tags(lambda z, y: jnp.sum(right(z, y) * (y >= 0)) / jnp.sum(y >= 0))
    assert run_rule(ignored_steps.RULE, **masked) == (Outcome.PASSED, ())
    assert run_rule(ignored_steps.RULE, **tags(right)) == (Outcome.PASSED, ())


def splits(evaluated: str) -> dict[str, Any]:
    generator = np.random.default_rng(0)
    given = {
        name: (generator.normal(size=(60, 3)).astype(np.float32), generator.integers(0, 3, 60).astype(np.int32))
        for name in ("train", "validation", "test")
    }

    def accuracy(outputs: Any, targets: Any) -> Any:
        return jnp.mean(jnp.argmax(outputs, -1) == targets)

    def evaluate(state: Any) -> float:
        inputs, targets = given[evaluated]
        return float(accuracy(inputs @ state[0], targets))

    return {
        **given, "evaluate": evaluate, "metric": accuracy, "apply": lambda kernel, inputs: inputs @ kernel,
        "init": lambda seed: jax.random.normal(jax.random.key(seed), (3, 3)), "optimiser": optax.sgd(0.1),
        "loss": lambda o, t: jnp.mean(optax.softmax_cross_entropy_with_integer_labels(o, t)),
    }  # fmt: skip


def test_an_evaluation_of_train_is_found(run_rule: Judge) -> None:
    _, (finding,) = run_rule(held_out.RULE, **splits("train"))
    assert (finding.key, finding.severity) == ("evaluation.on-train", Severity.ERROR)
    for name in ("validation", "test"):
        assert run_rule(held_out.RULE, **splits(name)) == (Outcome.PASSED, ())
