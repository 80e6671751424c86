"""Trained networks: what is reported, handed out and kept, beside what it should be."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.core.watched import Look, WatchedRecord
from piste.lint.declared import Declared
from piste.lint.pipeline import Pipeline, Split
from piste.lint.rules.evaluation import (
    as_reported,
    beats_baselines,
    best_restored,
    calibrated,
    in_order,
    later_examples,
    worst_slices,
)

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
RANDOM = np.random.default_rng(0)
WEIGHTS = np.array([2.0, -1.0, 0.5])


def split(rows: int) -> Split:
    inputs = RANDOM.normal(size=(rows, 3)).astype(np.float32)
    chance = 1 / (1 + np.exp(-3 * inputs @ WEIGHTS))
    return Split(inputs, (RANDOM.random(rows) < chance).astype(np.int64))


def predict(weights: Any, inputs: Any) -> Any:
    logits = 3 * inputs @ weights
    return np.stack([-logits / 2, logits / 2], axis=1)


def accuracy(outputs: Any, targets: Any) -> float:
    return float(np.mean(outputs.argmax(axis=1) == targets))


SPLITS = {"train": split(400), "validation": split(300), "test": split(600)}
GOOD: dict[str, Any] = {
    **SPLITS, "task": "two-class", "metric": accuracy, "higher_is_better": True, "predict": predict, "trained": WEIGHTS,
    "reported": accuracy(predict(WEIGHTS, SPLITS["test"].inputs), SPLITS["test"].targets),
    "evaluate": lambda weights: accuracy(predict(weights, SPLITS["test"].inputs), SPLITS["test"].targets),
}  # fmt: skip
RULES = (beats_baselines, calibrated, worst_slices, as_reported, in_order)


@pytest.mark.parametrize("rule", RULES, ids=lambda one: one.RULE.code)
def test_a_sound_network_has_no_findings(run_rule: Judge, rule: Any) -> None:
    assert run_rule(rule.RULE, **GOOD) == (Outcome.PASSED, ())


def keys(judged: tuple[Outcome, tuple[Finding, ...]]) -> list[tuple[str, Severity]]:
    return [(finding.key, finding.severity) for finding in judged[1]]


def test_a_network_that_a_simple_model_beats_is_found(run_rule: Judge) -> None:
    worse = {**GOOD, "trained": np.array([0.3, 1.0, 0.0])}
    assert keys(run_rule(beats_baselines.RULE, **worse)) == [("evaluation.baseline", Severity.WARNING)]


def test_a_score_that_the_commonest_class_has_too_is_found(run_rule: Judge) -> None:
    inputs = RANDOM.normal(size=(900, 3)).astype(np.float32)
    targets = (RANDOM.random(900) < 0.05).astype(np.int64)
    pieces = {**GOOD, "train": (inputs[:300], targets[:300]), "test": (inputs[300:], targets[300:]), "validation": None}
    pieces |= {"predict": lambda weights, rows: predict(0 * WEIGHTS, rows) - [0.0, 9.0]}
    ((key, severity),) = keys(run_rule(beats_baselines.RULE, **pieces))
    assert (key, severity) == ("evaluation.constant", Severity.WARNING)


@pytest.mark.parametrize("acted_on", [False, True])
def test_probabilities_that_are_too_sure_are_found(run_rule: Judge, acted_on: bool) -> None:
    sure = {**GOOD, "trained": 4 * WEIGHTS, "declared": Declared(probabilities=acted_on)}
    _, (finding,) = run_rule(calibrated.RULE, **sure)
    assert finding.severity is (Severity.WARNING if acted_on else Severity.INFO)
    assert "too sure" in finding.cause


def test_a_part_that_is_served_badly_is_found(run_rule: Judge) -> None:
    inputs = SPLITS["test"].inputs.copy()
    inputs[:, 2] = np.arange(len(inputs)) % 4
    targets = predict(WEIGHTS, inputs).argmax(axis=1)
    bad = inputs[:, 2] == 3
    targets[bad] = RANDOM.integers(2, size=bad.sum())
    _, (finding,) = run_rule(
        worst_slices.RULE, **{**GOOD, "train": None, "validation": None, "test": (inputs, targets)}
    )
    assert finding.where.column == "input 2"
    assert finding.evidence[0].what.startswith("with input 2 = 3.0 (150)")
    assert finding.charts[0].spec["data"]["values"]


def of(weights: Any, name: str) -> float:
    return accuracy(predict(weights, SPLITS[name].inputs), SPLITS[name].targets)


CLAIMS = {
    "other parameters": ({"reported": of(WEIGHTS[::-1], "test")}, "evaluation.other-network", Severity.ERROR),
    "other rows": ({"evaluate": None, "reported": 0.5}, "evaluation.score-differs", Severity.ERROR),
    "the validation split": (
        {"evaluate": None, "reported": of(WEIGHTS, "validation")}, "evaluation.on-validation", Severity.INFO,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("pieces", "key", "severity"), CLAIMS.values(), ids=CLAIMS.keys())
def test_a_score_of_something_else_is_found(run_rule: Judge, pieces: Any, key: str, severity: Severity) -> None:
    assert keys(run_rule(as_reported.RULE, **{**GOOD, **pieces})) == [(key, severity)]


def test_a_score_on_train_is_found(run_rule: Judge) -> None:
    inputs = SPLITS["train"].inputs
    learnt = Split(inputs, predict(WEIGHTS, inputs).argmax(axis=1))
    claim = {**GOOD, "train": learnt, "evaluate": None, "reported": 1.0}
    assert keys(run_rule(as_reported.RULE, **claim)) == [("evaluation.on-train", Severity.ERROR)]


def test_scores_in_percent_and_other_quantities_pass(run_rule: Judge) -> None:
    percent = {**GOOD, "evaluate": None, "reported": 100 * GOOD["reported"]}
    assert run_rule(as_reported.RULE, **percent)[0] is Outcome.PASSED
    loss = {**GOOD, "evaluate": lambda weights: 0.123, "reported": None}
    assert run_rule(as_reported.RULE, **loss)[0] is Outcome.NOT_RUN


def sorted_by_score(weights: Any, inputs: Any) -> Any:
    outputs = predict(weights, inputs)
    return outputs[np.argsort(outputs[:, 1])]


WRONG_ORDERS = {
    "sorted": (sorted_by_score, "evaluation.misordered"),
    "shifted": (lambda weights, inputs: np.roll(predict(weights, inputs), 1, axis=0), "evaluation.misordered"),
    "shuffled": (lambda weights, inputs: RANDOM.permutation(predict(weights, inputs)), "evaluation.misordered"),
    "dropped": (lambda weights, inputs: predict(weights, inputs[: len(inputs) // 64 * 64]), "evaluation.rows-lost"),
}


@pytest.mark.parametrize(("faulty", "key"), WRONG_ORDERS.values(), ids=WRONG_ORDERS.keys())
def test_predictions_of_other_rows_are_found(run_rule: Judge, faulty: Any, key: str) -> None:
    assert keys(run_rule(in_order.RULE, **{**GOOD, "predict": faulty})) == [(key, Severity.ERROR)]


def test_predictions_in_another_order_than_the_network_gives_are_found_by_their_score(run_rule: Judge) -> None:
    network = {"apply": lambda weights, inputs: predict(weights, inputs), "parameters": WEIGHTS}
    claim = {**GOOD, **network, "evaluate": None, "predict": sorted_by_score}
    ((key, severity),) = keys(run_rule(as_reported.RULE, **claim))
    assert (key, severity) == ("evaluation.misordered", Severity.ERROR)


def test_a_network_that_decays_is_found(run_rule: Judge) -> None:
    test = SPLITS["test"]
    drifted = np.where(np.arange(600) < 400, test.targets, 1 - test.targets)
    timed = {**GOOD, "test": Split(test.inputs, drifted, times=np.arange(600))}
    assert keys(run_rule(later_examples.RULE, **timed)) == [("evaluation.decay", Severity.INFO)]
    steady = {**GOOD, "test": Split(test.inputs, test.targets, times=np.arange(600))}
    assert run_rule(later_examples.RULE, **steady)[0] is Outcome.PASSED


def watched(*losses: float) -> WatchedRecord:
    looks = [Look(10 * at, 1.0, 1.0, loss, 0.1, (), (), (), (), (), 0, 0) for at, loss in enumerate(losses, 1)]
    return WatchedRecord((), (), tuple(looks), 10 * len(looks))


def cross_entropy(outputs: Any, targets: Any) -> Any:
    return np.logaddexp(0.0, (outputs[:, 0] - outputs[:, 1]) * (2 * targets - 1))


@pytest.mark.parametrize("mean", [False, True])
def test_parameters_that_are_not_the_best_are_found(run_rule: Judge, mean: bool) -> None:
    def loss(outputs: Any, targets: Any) -> Any:
        each = cross_entropy(outputs, targets)
        return each.mean() if mean else each

    kept = float(cross_entropy(predict(WEIGHTS, SPLITS["validation"].inputs), SPLITS["validation"].targets).mean())
    good = {**GOOD, "loss": loss, "watched": watched(2.0, kept, kept * 1.3)}
    assert run_rule(best_restored.RULE, **good)[0] is Outcome.PASSED
    last = {**good, "watched": watched(2.0, kept / 2, kept)}
    for keeps, severity in ((True, Severity.WARNING), (False, Severity.INFO)):
        record = replace(last["watched"], keeps_best=keeps)
        _, (finding,) = run_rule(best_restored.RULE, Pipeline(**{**last, "watched": record}))
        assert (finding.key, finding.severity) == ("evaluation.not-restored", severity)
        assert finding.title.endswith("but the last")
