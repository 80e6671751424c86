"""Splits that are too near to each other, and splits that are too far apart."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.ndimage import zoom
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.pipeline import Split
from piste.lint.rules.data import near_duplicates, split_drift

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]


def pictures() -> Any:
    images = load_digits().images[..., None].astype(np.float32)
    return images[np.random.default_rng(0).permutation(len(images))]


def rows(loader: Callable[..., Any]) -> Any:
    inputs = loader(return_X_y=True)[0].astype(np.float64)
    return inputs[np.random.default_rng(0).permutation(len(inputs))]


def test_pictures_that_were_saved_again_are_found(run_rule: Judge) -> None:
    images = pictures()
    noise = np.random.default_rng(1).normal(0.0, 0.2, images[:20].shape).astype(np.float32)
    again = np.concatenate([images[400:], images[:20] + noise])
    _, (found,) = run_rule(near_duplicates.RULE, train=(again, None), test=(images[:400], None))
    assert found.severity is Severity.WARNING
    assert 18 <= int(found.evidence[0].measured.split()[0]) <= 20


@pytest.mark.parametrize("change", ["darker", "moved", "larger"])
def test_pictures_that_were_changed_otherwise_are_found(run_rule: Judge, change: str) -> None:
    # Smooth fields, as photographs are: a little shift changes them little.
    coarse = np.random.default_rng(0).normal(size=(500, 4, 4, 3)).astype(np.float32)
    images = zoom(coarse, (1, 6, 6, 1), order=1)
    copies = images[:12]
    changed = {
        "darker": copies * 0.6 - 0.3,
        "moved": np.roll(copies, 1, axis=2),
        "larger": np.repeat(np.repeat(copies, 2, axis=1), 2, axis=2)[:, 1:-1, 1:-1][:, ::2, ::2],
    }[change]
    pad = images.shape[1] - changed.shape[1]
    changed = np.pad(changed, ((0, 0), (0, pad), (0, pad), (0, 0)), mode="edge")
    pieces = {"train": (images[100:], None), "test": (images[12:100], None)}
    assert run_rule(near_duplicates.RULE, **pieces)[0] is Outcome.PASSED
    again = {**pieces, "train": (np.concatenate([images[100:], changed]), None), "test": (images[:100], None)}
    _, (found,) = run_rule(near_duplicates.RULE, **again)
    assert found.severity is Severity.WARNING
    assert int(found.evidence[0].measured.split()[0]) >= 10


def test_blank_pictures_are_no_near_copies(run_rule: Judge) -> None:
    images = pictures().copy()
    blank = np.arange(40, dtype=np.float32)[:, None, None, None] * np.ones((1, 8, 8, 1), np.float32) / 40
    pieces = {
        "train": (np.concatenate([images[400:], blank[:20]]), None),
        "test": (np.concatenate([images[:200], blank[20:]]), None),
    }
    assert run_rule(near_duplicates.RULE, **pieces)[0] is Outcome.PASSED


def test_rows_that_were_taken_twice_are_found(run_rule: Judge) -> None:
    table = rows(load_breast_cancer)
    again = np.concatenate([table[150:], table[:10] * (1 + 1e-3)])
    _, (found,) = run_rule(near_duplicates.RULE, train=(again, None), test=(table[:150], None))
    assert int(found.evidence[0].measured.split()[0]) >= 9


@pytest.mark.parametrize("loader", [load_iris, load_wine, load_breast_cancer, load_diabetes, load_digits])
def test_sound_splits_pass(run_rule: Judge, loader: Callable[..., Any]) -> None:
    table = rows(loader)
    count = len(table) // 3
    pieces = {"train": (table[count:], None), "test": (table[:count], None)}
    assert run_rule(near_duplicates.RULE, **pieces)[0] in (Outcome.PASSED, Outcome.NOT_RUN)
    assert run_rule(split_drift.RULE, **pieces)[0] is Outcome.PASSED


def test_dense_and_flat_data_pass(run_rule: Judge) -> None:
    drawn = np.random.default_rng(0)
    line = np.exp(2 * drawn.normal(size=(2000, 1))) * np.ones((1, 3))  # one dimension, of very uneven density
    assert run_rule(near_duplicates.RULE, train=(line[500:], None), test=(line[:500], None))[0] is Outcome.PASSED


@pytest.mark.parametrize("change", ["brighter", "blurred", "noisy"])
def test_pictures_that_went_through_another_step_are_found(run_rule: Judge, change: str) -> None:
    images = pictures()
    test = images[:500].copy()
    if change == "brighter":
        test = test * 1.15
    elif change == "blurred":
        test[:, 1:] = (test[:, 1:] + test[:, :-1]) / 2
    else:
        test += np.random.default_rng(1).normal(0.0, 1.0, test.shape).astype(np.float32)
    _, (found,) = run_rule(split_drift.RULE, train=(images[500:], None), test=(test, None))
    assert found.severity is Severity.WARNING
    assert found.p_value is not None
    assert found.p_value < 1e-3


def test_a_shifted_column_is_drift_and_by_declared_times_worth_knowing(run_rule: Judge) -> None:
    table = rows(load_diabetes)
    test = table[:150].copy()
    test[:, 2] += 1.5 * table[:, 2].std()
    _, (found,) = run_rule(split_drift.RULE, train=(table[150:], None), test=(test, None))
    assert found.severity is Severity.WARNING
    times = np.arange(len(table))
    timed = {"train": Split(table[150:], times=times[150:]), "test": Split(test, times=times[:150])}
    assert run_rule(split_drift.RULE, **timed)[1][0].severity is Severity.INFO


def test_a_split_most_of_whose_rows_are_near_copies_is_found(run_rule: Judge) -> None:
    generator = np.random.default_rng(0)
    test = generator.normal(size=(200, 8)).astype(np.float32)
    copies = test[:160] + 0.01 * generator.normal(size=(160, 8)).astype(np.float32)
    train = np.concatenate([generator.normal(size=(400, 8)).astype(np.float32), copies])
    _, (found,) = run_rule(near_duplicates.RULE, train=(train, None), test=(test, None))
    assert int(found.evidence[0].measured.split()[0]) >= 150
