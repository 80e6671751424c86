"""Labels that were changed, beside examples that are hard."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_digits

from piste.core.findings import Finding, Outcome, Severity
from piste.data.settings import DataSettings
from piste.data.sources import read_table
from piste.lint.rules.data import wrong_labels

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]


def flipped(targets: Any, share: float) -> tuple[Any, Any]:
    """Return the targets with a share of them changed to another class, and which."""
    drawn = np.random.default_rng(0)
    changed = drawn.random(len(targets)) < share
    shifts = drawn.integers(1, targets.max() + 1, len(targets))
    return np.where(changed, (targets + shifts) % (targets.max() + 1), targets), changed


def digits() -> tuple[Any, Any]:
    given = load_digits()
    return given.images[..., None].astype(np.float32), given.target


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4])
def test_changed_labels_are_found_and_named(run_rule: Judge, share: float) -> None:
    inputs, targets = digits()
    wrong, changed = flipped(targets, share)
    _, (found,) = run_rule(wrong_labels.RULE, train=(inputs, wrong))
    assert found.severity is (Severity.WARNING if share > 0.1 else found.severity)
    assert changed[list(found.where.rows)].all()


def test_changed_labels_of_a_table_are_found(run_rule: Judge) -> None:
    inputs, targets = load_breast_cancer(return_X_y=True)
    wrong, changed = flipped(targets, 0.2)
    _, (found,) = run_rule(wrong_labels.RULE, train=(inputs, wrong))
    assert found.severity is Severity.WARNING
    assert changed[list(found.where.rows)].mean() > 0.8


def test_sound_labels_pass(run_rule: Judge) -> None:
    for inputs, targets in (digits(), load_breast_cancer(return_X_y=True)):
        assert run_rule(wrong_labels.RULE, train=(inputs, targets))[0] is Outcome.PASSED


def test_hard_examples_and_a_little_noise_are_no_warning(run_rule: Judge) -> None:
    drawn = np.random.default_rng(0)
    targets = drawn.integers(0, 3, 2000)
    inputs = drawn.normal(size=(2000, 6)) + targets[:, None] * np.array([1.0, 0.5, 0, 0, 0, 0])  # classes overlap
    _, hard = run_rule(wrong_labels.RULE, train=(inputs, targets))
    images, labels = digits()
    _, noisy = run_rule(wrong_labels.RULE, train=(images, flipped(labels, 0.03)[0]))
    assert {one.severity for one in (*hard, *noisy)} <= {Severity.INFO}


@pytest.mark.data
def test_one_changed_label_in_twenty_of_mnist_is_found(run_rule: Judge, data_folder: Path) -> None:
    table = read_table(str(data_folder / "mnist"), DataSettings())
    inputs, targets = table.columns["image"][:8000], np.asarray(table.columns["label"][:8000]).astype(int)
    assert not run_rule(wrong_labels.RULE, train=(inputs, targets))[1]
    wrong, changed = flipped(targets, 0.05)
    _, (found,) = run_rule(wrong_labels.RULE, train=(inputs, wrong))
    assert found.severity is Severity.WARNING
    assert changed[list(found.where.rows)].mean() > 0.8


def test_two_classes_exchanged_among_ten_are_a_warning(run_rule: Judge) -> None:
    inputs, targets = digits()
    chosen = np.random.default_rng(0).random(len(targets)) < 0.3
    exchanged = np.where(chosen & (targets < 2), 1 - targets, targets)
    _, (found,) = run_rule(wrong_labels.RULE, train=(inputs, exchanged))
    assert found.severity is Severity.WARNING
    assert {"0", "1"} <= set(found.evidence[2].measured.replace(",", "").split())


def test_two_classes_that_overlap_among_six_are_no_warning(run_rule: Judge) -> None:
    drawn = np.random.default_rng(0)
    targets = drawn.integers(0, 6, 3000)
    middles = np.array([[0, 0], [1.5, 0], [20, 0], [0, 20], [20, 20], [-20, 0]], float)
    inputs = (middles[targets] + drawn.normal(size=(3000, 2))).astype(np.float32)
    _, found = run_rule(wrong_labels.RULE, train=(inputs, targets))
    assert all(one.severity is Severity.INFO for one in found)
