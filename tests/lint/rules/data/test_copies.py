"""Copies of examples: across splits, and with other labels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.pipeline import Split
from piste.lint.rule import Rule
from piste.lint.rules.data import conflicting_labels, split_duplicates
from piste.recipe.lint import lint

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]


def divided(loader: Any, count: int) -> tuple[Split, Split]:
    inputs, targets = loader(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(inputs))
    inputs, targets = inputs[order].astype(np.float32), targets[order]
    return Split(inputs[count:], targets[count:]), Split(inputs[:count], targets[:count])


def with_copies(train: Split, other: Split, count: int) -> Split:
    return Split(
        np.concatenate([train.inputs, other.inputs[:count]]), np.concatenate([train.targets, other.targets[:count]])
    )


@pytest.mark.parametrize(("count", "severity"), [(1, Severity.INFO), (3, Severity.WARNING), (36, Severity.ERROR)])
def test_copies_of_test_examples_in_train_are_counted(run_rule: Judge, count: int, severity: Severity) -> None:
    train, test = divided(load_digits, 360)
    _, (found,) = run_rule(split_duplicates.RULE, train=with_copies(train, test, count), test=test)
    assert found.severity is severity
    assert found.evidence[0].measured == str(count)
    assert found.where.rows[:2] == (len(train), 0)


def test_pictures_are_compared_whole(run_rule: Judge) -> None:
    pictures = np.random.default_rng(0).integers(0, 255, (200, 4, 4, 1), np.uint8)
    outcome, _ = run_rule(split_duplicates.RULE, train=(pictures[50:], None), test=(pictures[:50], None))
    assert outcome is Outcome.PASSED
    _, (found,) = run_rule(split_duplicates.RULE, train=(pictures[40:], None), test=(pictures[:50], None))
    assert found.evidence[0].measured == "10"


@pytest.mark.parametrize("loader", [load_iris, load_digits])
def test_sound_splits_pass(run_rule: Judge, loader: Any) -> None:
    train, test = divided(loader, 50)
    for rule in (split_duplicates.RULE, conflicting_labels.RULE):
        assert run_rule(rule, train=train, test=test)[0] is Outcome.PASSED


def test_rows_of_few_categories_meet_by_chance(run_rule: Judge) -> None:
    drawn = np.random.default_rng(0)
    inputs = drawn.integers(0, 4, (2000, 5)).astype(np.float32)  # 1,024 different rows
    targets = drawn.integers(0, 2, 2000)
    pieces = {"train": (inputs[500:], targets[500:]), "test": (inputs[:500], targets[:500])}
    rules: tuple[Rule, ...] = (split_duplicates.RULE, conflicting_labels.RULE)
    assert [run_rule(rule, **pieces)[0] for rule in rules] == [Outcome.PASSED] * 2


def test_missing_numbers_and_signed_zeros_are_equal(run_rule: Judge) -> None:
    drawn = np.random.default_rng(0).normal(size=(60, 3))
    drawn[0, 0], drawn[1, 1], drawn[2, 1] = np.nan, 0.0, -0.0
    copies = np.where(drawn[:5] == 0.0, -drawn[:5], drawn[:5])
    _, (found,) = run_rule(split_duplicates.RULE, train=(drawn, None), test=(copies, None))
    assert found.evidence[0].measured == "5"


@pytest.mark.parametrize(("count", "severity"), [(2, Severity.INFO), (30, Severity.WARNING)])
def test_copies_with_other_labels_contradict_each_other(run_rule: Judge, count: int, severity: Severity) -> None:
    train, test = divided(load_digits, 360)
    other = Split(train.inputs[:count], (train.targets[:count] + 1) % 10)
    _, (found,) = run_rule(conflicting_labels.RULE, train=with_copies(train, other, count), test=test)
    assert found.severity is severity
    assert found.evidence[0].measured.startswith(f"{2 * count} of")


def test_copies_with_their_own_label_do_not(run_rule: Judge) -> None:
    train, _ = divided(load_digits, 360)
    outcome, _ = run_rule(conflicting_labels.RULE, train=with_copies(train, train, 30))
    assert outcome is Outcome.PASSED


@pytest.mark.data
def test_known_copies_of_real_tables_are_found(data_folder: Path) -> None:
    tables = data_folder / "tables"
    wine = lint(str(tables / "winequality-red.csv"), select="D101", target="-1", quiet=True)
    assert {one.severity for one in wine.causes} == {Severity.ERROR}
    titanic = lint(str(tables / "titanic.csv"), select="D101,D102", target="survived", quiet=True)
    assert titanic.clean  # passengers of whom little is known are alike


def sentences(count: int, seed: int) -> Any:
    """Return tokens (count, 12) of a grammar of second order with one surprise in five: some occur again."""
    grammar = np.random.default_rng(7).integers(8, size=(8, 8))
    drawn = np.random.default_rng(seed)
    tokens = drawn.integers(8, size=(count, 12))
    for step in range(2, 12):
        told = grammar[tokens[:, step - 2], tokens[:, step - 1]]
        tokens[:, step] = np.where(drawn.random(count) < 0.8, told, tokens[:, step])
    return tokens.astype(np.int32)


def test_sentences_of_a_small_language_occur_twice_by_chance(run_rule: Judge) -> None:
    train, test = sentences(900, 0), sentences(300, 1)
    again = np.isin([row.tobytes() for row in test], [row.tobytes() for row in train])
    assert again.sum() > 5
    given = {"test": (test, test), "apply": lambda parameters, inputs: inputs, "parameters": {}}
    outcome, _ = run_rule(split_duplicates.RULE, train=(train, train), **given)
    assert outcome is Outcome.PASSED
    copied = np.concatenate([train, test[:100]])
    _, (found,) = run_rule(split_duplicates.RULE, train=(copied, copied), **given)
    assert found.severity is not Severity.INFO
