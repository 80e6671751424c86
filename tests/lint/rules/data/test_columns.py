"""Columns that say too much, nothing, or something else than they seem to."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.rule import Rule
from piste.lint.rules.data import constant_columns, input_scale, row_numbers, sentinel_values, target_leak
from piste.recipe.lint import lint

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
EVERY = (target_leak.RULE, constant_columns.RULE, sentinel_values.RULE, row_numbers.RULE)
Numbers = Any


def shuffled(loader: Callable[..., Any]) -> tuple[Numbers, Numbers]:
    inputs, targets = loader(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(inputs))
    return inputs[order].astype(np.float64), targets[order]


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.code)
@pytest.mark.parametrize("loader", [load_iris, load_digits, load_wine, load_breast_cancer, load_diabetes])
def test_sound_tables_raise_no_warning(run_rule: Judge, rule: Rule, loader: Callable[..., Any]) -> None:
    inputs, targets = shuffled(loader)
    _, found = run_rule(rule, train=(inputs[50:], targets[50:]), test=(inputs[:50], targets[:50]))
    assert not [one for one in found if one.severity is not Severity.INFO]


@pytest.mark.parametrize("loader", [load_breast_cancer, load_diabetes, load_digits])
def test_a_target_among_the_inputs_is_found(run_rule: Judge, loader: Callable[..., Any]) -> None:
    inputs, targets = shuffled(loader)
    noise = np.random.default_rng(1).normal(0.0, 0.05 * targets.std(), len(targets))
    inputs[:, 2] = targets + noise
    _, (found, *_) = run_rule(target_leak.RULE, train=(inputs, targets))
    assert (found.where.column, found.severity) == ("input 2", Severity.WARNING)


def test_a_dominant_column_is_no_more_than_worth_knowing(run_rule: Judge) -> None:
    drawn = np.random.default_rng(0)
    inputs = drawn.normal(size=(1000, 4))
    targets = (inputs[:, 0] + 0.05 * drawn.normal(size=1000) > 0).astype(int)
    _, found = run_rule(target_leak.RULE, train=(inputs, targets))
    assert {one.severity for one in found} <= {Severity.INFO}


@pytest.mark.data
def test_a_repeated_target_is_named(data_folder: Path) -> None:
    record = lint(str(data_folder / "tables" / "titanic.csv"), select="D103", target="survived", quiet=True)
    assert [(one.where.column, one.severity) for one in record.causes] == [("alive", Severity.INFO)]


def test_constant_columns_are_named(run_rule: Judge) -> None:
    inputs, targets = shuffled(load_wine)
    inputs[:, 3] = 7.0
    _, (found,) = run_rule(constant_columns.RULE, train=(inputs, targets))
    assert (found.where.column, found.severity) == ("input 3", Severity.WARNING)


def test_a_column_constant_in_train_alone_is_told_apart(run_rule: Judge) -> None:
    inputs, targets = shuffled(load_wine)
    test = inputs[:40].copy()
    inputs[:, 3] = 7.0
    _, (found,) = run_rule(constant_columns.RULE, train=(inputs, targets), test=(test, targets[:40]))
    assert "not in another split" in found.title


@pytest.mark.parametrize("value", [-999.0, 9999.0, 1e6])
def test_a_number_for_missing_is_found(run_rule: Judge, value: float) -> None:
    inputs, targets = shuffled(load_wine)
    inputs[::17, 4] = value
    _, (found,) = run_rule(sentinel_values.RULE, train=(inputs, targets))
    assert found.where.column == "input 4"
    assert f"{value:g}" in found.title


def test_a_lone_minus_one_among_counts_is_found(run_rule: Judge) -> None:
    counts = np.random.default_rng(0).poisson(20, (500, 2)).astype(float)
    assert run_rule(sentinel_values.RULE, train=(counts, None))[0] is Outcome.PASSED
    counts[::50, 1] = -1
    assert run_rule(sentinel_values.RULE, train=(counts, None))[0] is Outcome.FOUND


def test_one_outlier_is_no_sentinel(run_rule: Judge) -> None:
    values = np.random.default_rng(0).standard_cauchy((2000, 3))
    assert run_rule(sentinel_values.RULE, train=(values, None))[0] is Outcome.PASSED


@pytest.mark.data
def test_the_zeros_of_pima_are_found(data_folder: Path) -> None:
    table = str(data_folder / "tables" / "pima-indians-diabetes.csv")
    record = lint(table, select="D105", target="-1", task="two-class", quiet=True)
    assert [one.where.column for one in record.causes] == ["column_2", "column_3", "column_4", "column_6"]


def test_a_number_of_the_row_that_tells_the_class_is_found(run_rule: Judge) -> None:
    inputs, targets = load_iris(return_X_y=True)  # in the order of the source, which is that of the classes
    inputs = np.column_stack([inputs, np.arange(len(inputs))])
    order = np.random.default_rng(0).permutation(len(inputs))
    _, (found,) = run_rule(row_numbers.RULE, train=(inputs[order], targets[order]))
    assert (found.where.column, found.severity) == ("input 4", Severity.WARNING)
    assert run_rule(row_numbers.RULE, train=(inputs[order], targets))[1][0].severity is Severity.INFO


def test_a_number_of_the_row_that_tells_nothing_passes(run_rule: Judge) -> None:
    inputs, targets = shuffled(load_diabetes)
    numbered = np.column_stack([inputs, np.arange(len(inputs))])
    assert run_rule(row_numbers.RULE, train=(numbered, targets))[0] is Outcome.PASSED
    assert run_rule(row_numbers.RULE, train=(numbered, np.sort(targets)))[0] is Outcome.FOUND


def test_a_split_scaled_otherwise_is_found(run_rule: Judge) -> None:
    inputs, targets = shuffled(load_digits)
    pieces = {"train": (inputs[300:] / 16, targets[300:]), "test": (inputs[:300], targets[:300])}
    _, (found,) = run_rule(input_scale.RULE, **pieces)
    assert (found.key, found.severity) == ("data.scaled-otherwise", Severity.WARNING)


def test_inputs_scaled_twice_or_never_are_worth_knowing(run_rule: Judge) -> None:
    digits, _ = shuffled(load_digits)
    wine, _ = shuffled(load_wine)
    assert [one.key for one in run_rule(input_scale.RULE, train=(digits / 16 / 255, None))[1]] == ["data.scaled-twice"]
    assert [one.key for one in run_rule(input_scale.RULE, train=(wine, None))[1]] == ["data.unscaled"]


def test_scaled_inputs_and_flags_pass(run_rule: Judge) -> None:
    wine, _ = shuffled(load_wine)
    scaled = (wine - wine.mean(axis=0)) / wine.std(axis=0)
    flags = np.zeros((len(wine), 2))
    flags[:3, 0], flags[:90, 1] = 1.0, 1.0
    assert run_rule(input_scale.RULE, train=(np.column_stack([scaled, flags]), None))[0] is Outcome.PASSED


def of_columns(normalised: bool) -> dict[str, Any]:
    generator = np.random.default_rng(0)
    inputs = (generator.normal(size=(200, 5)) * [1, 1, 1, 1, 5000]).astype(np.float32)
    kernel = generator.normal(size=(5, 3)).astype(np.float32)
    return {
        "train": (inputs, np.arange(200) % 3),
        "parameters": {"kernel": kernel},
        "apply": lambda parameters, x: jnp.tanh(
            ((x - x.mean(0)) / x.std(0) if normalised else x) @ parameters["kernel"]
        ),
    }


def test_scales_apart_are_a_warning_where_the_network_minds_them(run_rule: Judge) -> None:
    minds, normalises = (run_rule(input_scale.RULE, **of_columns(normalised)) for normalised in (False, True))
    assert [one.severity for one in minds[1]] == [Severity.WARNING]
    assert [one.severity for one in normalises[1]] == [Severity.INFO]


def test_zeros_of_one_split_alone_are_no_gaps(run_rule: Judge) -> None:
    generator = np.random.default_rng(0)
    train, test = (generator.integers(20, 40, size=(300, 1)).astype(np.float64) for _ in range(2))
    train[:100] = 0.0
    assert run_rule(sentinel_values.RULE, train=(train, None))[1]
    assert run_rule(sentinel_values.RULE, train=(train, None), test=(test, None)) == (Outcome.PASSED, ())


def test_a_value_that_fills_lost_columns_alone_is_no_background(run_rule: Judge) -> None:
    inputs = np.random.default_rng(0).normal(size=(300, 8))
    inputs[:, :4] = 0.25
    _, (found,) = run_rule(constant_columns.RULE, train=(inputs, None))
    assert found.severity is Severity.WARNING
