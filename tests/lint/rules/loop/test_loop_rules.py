"""The rules about data streams, each against a stream that has the fault, and all against sound ones."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.declared import Declared
from piste.lint.pipeline import Pipeline
from piste.lint.rule import Rule
from piste.lint.rules.loop import coverage, few_shapes, shuffled, targets_follow, train_alone

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
ROWS, BATCH = 100, 8
EVERY = (coverage.RULE, shuffled.RULE, targets_follow.RULE, train_alone.RULE, few_shapes.RULE)


def split(seed: int, count: int) -> tuple[Any, Any]:
    inputs = np.random.default_rng(seed).normal(size=(count, 3)).astype(np.float32)
    return inputs, np.arange(count) % 2


TRAIN, VALIDATION = split(0, ROWS), split(1, 40)
Batches = Iterator[tuple[Any, Any]]


def cut(inputs: Any, targets: Any, order: Any) -> Batches:
    for start in range(0, len(order) - BATCH + 1, BATCH):
        rows = order[start : start + BATCH]
        yield inputs[rows], targets[rows]


def sound(epoch: int) -> Batches:
    yield from cut(*TRAIN, np.random.default_rng(epoch).permutation(ROWS))


def sorted_by_target(epoch: int) -> Batches:
    yield from cut(*TRAIN, np.argsort(TRAIN[1], kind="stable"))


def ended_early(epoch: int) -> Batches:
    yield from list(sound(epoch))[:5]


def shuffled_apart(epoch: int) -> Batches:
    for inputs, targets in sound(epoch):
        yield inputs, np.roll(targets, 1)


def joined(epoch: int) -> Batches:
    yield from sound(epoch)
    yield VALIDATION[0][:BATCH], VALIDATION[1][:BATCH]


def of_many_lengths(epoch: int) -> Batches:
    start = 0
    for size in range(5, 15):
        yield TRAIN[0][start : start + size], TRAIN[1][start : start + size]
        start += size


def noisy(epoch: int) -> Batches:
    for inputs, targets in sound(epoch):
        yield inputs + np.random.default_rng(epoch).normal(size=inputs.shape), targets


FAULTS = {
    "sorted": (shuffled.RULE, sorted_by_target, "loop.unshuffled"),
    "ends early": (coverage.RULE, ended_early, "loop.coverage"),
    "targets apart": (targets_follow.RULE, shuffled_apart, "loop.targets"),
    "validation": (train_alone.RULE, joined, "loop.trains-on-validation"),
    "lengths": (few_shapes.RULE, of_many_lengths, "loop.shapes"),
}


@pytest.mark.parametrize(("rule", "stream", "key"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_found(run_rule: Judge, rule: Rule, stream: Any, key: str) -> None:
    _, (finding,) = run_rule(rule, Pipeline(train=TRAIN, validation=VALIDATION, stream=stream))
    assert finding.key == key
    assert finding.severity is (Severity.WARNING if key == "loop.shapes" else Severity.ERROR)


@pytest.mark.parametrize("stream", [sound, noisy], ids=["sound", "augmented"])
def test_sound_streams_raise_no_alarm(run_rule: Judge, stream: Any) -> None:
    one = Pipeline(train=TRAIN, validation=VALIDATION, stream=stream)
    assert [finding for rule in EVERY for finding in run_rule(rule, one)[1]] == []


def test_an_order_may_be_meant(run_rule: Judge) -> None:
    meant = Pipeline(stream=sorted_by_target, declared=Declared(unshuffled=True))
    assert run_rule(shuffled.RULE, meant)[0] is Outcome.NOT_RUN


def test_examples_that_stand_twice_in_train_are_not_missing(run_rule: Judge) -> None:
    inputs, targets = (np.concatenate([one, one[:20]]) for one in TRAIN)

    def stream(epoch: int) -> Batches:
        yield from cut(inputs, targets, np.random.default_rng(epoch).permutation(len(inputs)))

    assert run_rule(coverage.RULE, Pipeline(train=(inputs, targets), stream=stream)) == (Outcome.PASSED, ())
