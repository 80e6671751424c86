"""Splits that know of each other, classes that are too common, and examples that are blank."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.datasets import load_digits

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.pipeline import Split
from piste.lint.rules.data import blank_examples, groups_apart, times_in_order, uneven_classes

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
INPUTS = np.random.default_rng(0).normal(size=(300, 4))


def grouped(low: int, high: int, groups: Any) -> Split:
    return Split(INPUTS[low:high], groups=groups)


@pytest.mark.parametrize("kind", [int, str, object])
def test_a_group_in_two_splits_is_found(run_rule: Judge, kind: type) -> None:
    train, apart, torn = (np.arange(100) // 5, np.arange(100) // 5 + 50, np.arange(100) // 5 + 18)
    given = grouped(0, 100, train.astype(kind))
    assert run_rule(groups_apart.RULE, train=given, test=grouped(100, 200, apart.astype(kind)))[0] is Outcome.PASSED
    _, (found,) = run_rule(groups_apart.RULE, train=given, test=grouped(100, 200, torn.astype(kind)))
    assert [one.measured for one in found.evidence] == ["2", "10 of 100"]


def test_rows_without_a_group_belong_to_none(run_rule: Judge) -> None:
    given = np.array(["a", "", None] * 20, object), np.array(["b", "", None] * 20, object)
    pieces = {"train": grouped(0, 60, given[0]), "test": grouped(60, 120, given[1])}
    assert run_rule(groups_apart.RULE, **pieces)[0] is Outcome.PASSED


def test_without_a_declaration_groups_are_asked_for(run_rule: Judge) -> None:
    assert run_rule(groups_apart.RULE, train=(INPUTS, None), test=(INPUTS, None))[0] is Outcome.NOT_RUN


@pytest.mark.parametrize("unit", ["number", "date", "text"])
def test_rows_from_the_past_of_train_are_found(run_rule: Judge, unit: str) -> None:
    days = np.arange(300)
    dates = np.datetime64("2024-01-01") + days
    times: Any = {"number": days, "date": dates, "text": dates.astype(str).astype(object)}[unit]
    sound = Split(INPUTS[:200], times=times[:200]), Split(INPUTS[200:], times=times[200:])
    assert run_rule(times_in_order.RULE, train=sound[0], test=sound[1])[0] is Outcome.PASSED
    order = np.random.default_rng(0).permutation(300)
    torn = Split(INPUTS[:200], times=times[order[:200]]), Split(INPUTS[200:], times=times[order[200:]])
    _, (found,) = run_rule(times_in_order.RULE, train=torn[0], test=torn[1])
    assert found.severity is Severity.ERROR


def accuracy(outputs: Any, targets: Any) -> Any:
    return jnp.mean(outputs.argmax(axis=-1) == targets)


def balanced_accuracy(outputs: Any, targets: Any) -> Any:
    right, seen = outputs.argmax(axis=-1) == targets, []
    for one in range(outputs.shape[-1]):
        mine = targets == one
        seen.append(jnp.where(mine.any(), jnp.sum(right * mine) / jnp.maximum(mine.sum(), 1), jnp.nan))
    return jnp.nanmean(jnp.stack(seen))


RARE = (np.arange(300) % 20 == 0).astype(int)


def test_accuracy_is_won_by_the_common_class(run_rule: Judge) -> None:
    pieces: dict[str, Any] = {"train": (INPUTS, RARE), "classes": 2, "task": "many-class", "higher_is_better": True}
    _, (found,) = run_rule(uneven_classes.RULE, **pieces, metric=accuracy)
    assert found.severity is Severity.WARNING
    assert 0.85 < float(found.evidence[1].measured) < 0.95
    assert run_rule(uneven_classes.RULE, **pieces, metric=balanced_accuracy)[0] is Outcome.PASSED
    assert run_rule(uneven_classes.RULE, **pieces)[1][0].severity is Severity.INFO


def test_even_classes_pass(run_rule: Judge) -> None:
    even = np.arange(300) % 2
    assert run_rule(uneven_classes.RULE, train=(INPUTS, even), classes=2, metric=accuracy)[0] is Outcome.PASSED


@pytest.mark.parametrize(("count", "severity"), [(1, Severity.INFO), (9, Severity.WARNING)])
def test_blank_pictures_are_counted(run_rule: Judge, count: int, severity: Severity) -> None:
    pictures = load_digits().images[..., None].astype(np.float32)
    assert run_rule(blank_examples.RULE, train=(pictures, None))[0] is Outcome.PASSED
    pictures[5 : 5 + count] = 16.0
    _, (found,) = run_rule(blank_examples.RULE, train=(pictures, None))
    assert found.severity is severity
    assert found.where.rows == tuple(range(5, 5 + count))
