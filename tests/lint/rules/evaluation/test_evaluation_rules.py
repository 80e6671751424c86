"""Metrics with known scores: right ones in every direction, and the usual wrong ones."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.core.records import Task
from piste.lint.pipeline import Pipeline
from piste.lint.rules.evaluation import enough_examples, examples_count_alike, known_scores, of_these_parameters
from piste.nn.metrics import METRICS, WholeSplit

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
CLASSES = {"task": "many-class", "classes": 10}
ONE_OUTPUT = {
    "train": (np.ones((12, 2), np.float32), (np.arange(12) % 2).astype(np.int32)),
    "apply": lambda kernel, inputs: inputs @ kernel,
    "parameters": np.ones((2, 1), np.float32),
}


def accuracy(logits: Any, labels: Any) -> Any:
    return jnp.mean(jnp.argmax(logits, -1) == labels)


FAULTS: dict[str, tuple[Callable[..., Any], dict[str, Any], str]] = {
    "broadcast": (lambda z, y: (z > 0) == y, ONE_OUTPUT, "metric.broadcast"),
    "broadcast and mean": (lambda z, y: jnp.mean((z > 0) == y), ONE_OUTPUT, "metric.broadcast"),
    "wrong axis": (lambda z, y: jnp.mean(jnp.argmax(z, 0)[0] == y), CLASSES, "metric.wrong"),
    "threshold on logits": (lambda z, y: jnp.mean((z[:, 0] > 0.5) == y), ONE_OUTPUT, "metric.blind"),
    "of means": (lambda o, t: -jnp.square(jnp.mean(o) - jnp.mean(t)), {"task": "regression"}, "metric.blind"),
    "declared direction": (
        lambda z, y: 1.0 - accuracy(z, y),
        {**CLASSES, "higher_is_better": True},
        "metric.direction",
    ),
}


@pytest.mark.parametrize(("metric", "pieces", "key"), FAULTS.values(), ids=FAULTS.keys())
def test_a_wrong_metric_is_found(run_rule: Judge, metric: Any, pieces: dict[str, Any], key: str) -> None:
    _, findings = run_rule(known_scores.RULE, metric=metric, **pieces)
    assert [(finding.key, finding.severity) for finding in findings] == [(key, Severity.ERROR)]


def whole(metric: Any) -> Any:
    if isinstance(metric, WholeSplit):
        return lambda outputs, targets: metric.compute(outputs, targets, jnp.ones(len(targets)))
    return metric


EVERY = [
    pytest.param(task, watched, id=f"{task}-{name}")
    for task, known in METRICS.items()
    for name, watched in known.items()
]


@pytest.mark.parametrize(("task", "watched"), EVERY)
def test_our_own_metrics_pass(run_rule: Judge, task: Task, watched: Any) -> None:
    pieces = {"task": task, "metric": whole(watched.metric), "higher_is_better": watched.higher_is_better}
    classes = None if task is Task.REGRESSION else 2 if task is Task.TWO_CLASS else 12
    one = Pipeline(**pieces, classes=classes)
    assert run_rule(known_scores.RULE, one)[1] == ()
    assert run_rule(examples_count_alike.RULE, one)[1] == ()


def test_counts_and_places_are_found(run_rule: Judge) -> None:
    def hits(z: Any, y: Any) -> Any:
        return jnp.sum(jnp.argmax(z, -1) == y)

    def beside(z: Any, y: Any) -> Any:
        return jnp.mean(jnp.argmax(z, -1) == jnp.roll(y, 1))

    _, (finding,) = run_rule(examples_count_alike.RULE, metric=hits, **CLASSES)
    assert finding.key == "metric.sum"
    _, (finding,) = run_rule(examples_count_alike.RULE, metric=beside, **CLASSES)
    assert finding.key == "metric.order"


def split(count: int) -> tuple[Any, Any]:
    return np.zeros((count, 1)), np.arange(count) % 2


def test_a_split_of_few_examples_is_told(run_rule: Judge) -> None:
    _, (finding,) = run_rule(enough_examples.RULE, validation=split(500), test=split(40))
    assert (finding.severity, finding.where.split) == (Severity.INFO, "test")


def test_a_handful_of_test_examples_beside_many_of_train_is_a_warning(run_rule: Judge) -> None:
    _, (found,) = run_rule(enough_examples.RULE, train=split(800), test=split(12))
    assert found.severity is Severity.WARNING
    _, (found,) = run_rule(enough_examples.RULE, train=split(60), test=split(12))
    assert found.severity is Severity.INFO


def test_a_score_of_other_parameters_is_found(run_rule: Judge) -> None:
    def start(seed: int) -> dict[str, float]:
        return {"params": np.float32(seed)}  # type: ignore[dict-item]

    kept = start(7)
    pieces: dict[str, Any] = {"start": start, "step": lambda state, inputs, targets: state}
    assert run_rule(of_these_parameters.RULE, evaluate=lambda state: state["params"], **pieces)[0] is Outcome.PASSED
    _, (finding,) = run_rule(of_these_parameters.RULE, evaluate=lambda state: kept["params"], **pieces)
    assert finding.key == "evaluation.stale"
    generator = np.random.default_rng(0)
    _, (finding,) = run_rule(of_these_parameters.RULE, evaluate=lambda state: generator.normal(), **pieces)
    assert finding.key == "evaluation.random"


def test_starts_that_score_alike_are_told_apart_by_steps(run_rule: Judge) -> None:
    def start(seed: int) -> dict[str, Any]:
        return {"params": np.zeros(1, np.float32), "seed": np.float32(seed)}

    def step(state: dict[str, Any], inputs: Any, targets: Any) -> dict[str, Any]:
        return {**state, "params": state["params"] + state["seed"]}

    pieces: dict[str, Any] = {
        "start": start, "step": step, "parameters_of": lambda state: {"w": state["params"], "seed": state["seed"]},
        "train": (np.zeros((8, 1), np.float32), np.arange(8) % 2),
    }  # fmt: skip
    found = run_rule(of_these_parameters.RULE, evaluate=lambda state: float(state["params"][0]), **pieces)
    assert found == (Outcome.PASSED, ())
    _, (finding,) = run_rule(of_these_parameters.RULE, evaluate=lambda state: 0.5, **pieces)
    assert finding.key == "evaluation.stale"
