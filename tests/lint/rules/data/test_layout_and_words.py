"""Rules about what pictures, texts and augmented examples look like to a network."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_iris

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.declared import Declared
from piste.lint.rules.data import (
    augmentation_keeps_labels,
    labels_in_step,
    more_examples,
    picture_layout,
    shortcut,
    words_known,
)
from piste.nn.sequential import Sequential

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
DIGITS = load_digits()
PICTURES, CLASSES = DIGITS.images[:900, ..., None].astype(np.float32), DIGITS.target[:900].astype(np.int32)


@pytest.mark.parametrize("shift", [1, -2])
def test_labels_a_few_rows_off_are_found(run_rule: Judge, shift: int) -> None:
    _, (finding,) = run_rule(labels_in_step.RULE, train=(PICTURES, np.roll(CLASSES, shift)))
    assert (finding.key, finding.severity) == ("data.labels-shifted", Severity.ERROR)
    assert f"{abs(shift)} rows {'later' if shift > 0 else 'earlier'}" in finding.evidence[1].what


def sorted_iris() -> tuple[Any, Any]:
    given = load_iris()
    return given.data.astype(np.float32), given.target


@pytest.mark.parametrize(
    "train",
    [
        (PICTURES, CLASSES),
        sorted_iris(),
        (PICTURES, np.random.default_rng(0).permutation(CLASSES)),
        (np.cumsum(np.random.default_rng(0).normal(size=(400, 3)), axis=0), np.arange(400) // 40),
    ],
    ids=["in step", "sorted by class", "without sense", "a series"],
)
def test_labels_in_step_pass(run_rule: Judge, train: Any) -> None:
    assert run_rule(labels_in_step.RULE, train=train) == (Outcome.PASSED, ())


def coloured(count: int = 60) -> np.ndarray:
    """Smooth pictures (N, 16, 16, 3) whose colours go together, as photographs' do, reds brighter than blues."""
    generator = np.random.default_rng(0)
    coarse = generator.normal(size=(count, 4, 4, 1)) + 0.3 * generator.normal(size=(count, 4, 4, 3))
    fine = np.kron(coarse, np.ones((1, 4, 4, 1))) + 0.1 * generator.normal(size=(count, 16, 16, 3))
    smooth = np.mean([np.roll(fine, step, axis) for step in (-1, 0, 1) for axis in (1, 2)], axis=0)
    return np.add(smooth, [1.0, 0.5, 0.0]).astype(np.float32)


PHOTOS = coloured()


@pytest.mark.parametrize(
    ("pieces", "key", "severity"),
    [
        ({"train": (PHOTOS.transpose(0, 3, 1, 2), None), "model": Sequential(())}, "data.layout", Severity.ERROR),
        ({"train": (PHOTOS.transpose(0, 3, 1, 2).reshape(PHOTOS.shape), None)}, "data.layout", Severity.ERROR),
        ({"train": (PHOTOS.reshape(60, 3, 16, 16), None)}, "data.layout", Severity.ERROR),
        (
            {"train": (PHOTOS[:30], None), "test": (PHOTOS[30:, ..., ::-1], None)},
            "data.colour-order",
            Severity.WARNING,
        ),
    ],
    ids=["colours first", "reshaped to last", "reshaped to first", "blue for red"],
)
def test_a_wrong_layout_is_found(run_rule: Judge, pieces: Any, key: str, severity: Severity) -> None:
    _, (finding,) = run_rule(picture_layout.RULE, **pieces)
    assert (finding.key, finding.severity) == (key, severity)


@pytest.mark.parametrize(
    "pieces",
    [
        {"train": (PHOTOS[:30], None), "test": (PHOTOS[30:], None), "model": Sequential(())},
        {"train": (PHOTOS.transpose(0, 3, 1, 2), None)},
        {"train": (PICTURES, None), "model": Sequential(())},
        {"train": (PHOTOS[:30], None), "test": (PHOTOS[30:] + 1.0, None)},
    ],
    ids=["photographs", "PyTorch's layout", "digits", "brighter, in the same order"],
)
def test_usual_layouts_pass(run_rule: Judge, pieces: Any) -> None:
    assert run_rule(picture_layout.RULE, **pieces) == (Outcome.PASSED, ())


def texts(lengths: Any, most: int) -> np.ndarray:
    tokens = np.random.default_rng(0).integers(2, 50, size=(len(lengths), most)).astype(np.int32)
    return np.where(np.arange(most) < np.minimum(lengths, most)[:, None], tokens, 0)


LENGTHS = np.random.default_rng(0).integers(5, 60, size=300)


def test_texts_that_were_cut_off_are_found(run_rule: Judge) -> None:
    declared = Declared(padding=0)
    _, (finding,) = run_rule(words_known.RULE, train=(texts(LENGTHS, 16), None), declared=declared)
    assert (finding.key, finding.severity) == ("data.cut-off", Severity.WARNING)
    for inputs in (texts(LENGTHS, 60), texts(np.full(300, 20), 20)):
        assert run_rule(words_known.RULE, train=(inputs, None), declared=declared) == (Outcome.PASSED, ())


@pytest.mark.parametrize(("share", "severity"), [(0.4, Severity.WARNING), (0.05, Severity.INFO), (0.002, None)])
def test_unknown_words_are_counted(run_rule: Judge, share: float, severity: Severity | None) -> None:
    tokens = texts(LENGTHS, 60)
    tokens[(np.random.default_rng(1).random(tokens.shape) < share) & (tokens > 0)] = 1
    _, found = run_rule(words_known.RULE, train=(tokens, None), declared=Declared(padding=0, unknown=1))
    assert [one.severity for one in found] == ([severity] if severity else [])


def test_a_mark_in_the_corner_is_found(run_rule: Judge) -> None:
    marked = PICTURES + np.random.default_rng(0).normal(size=PICTURES.shape).astype(np.float32)
    marked[:, 0, 0, 0] = 4.0 * CLASSES
    _, (finding,) = run_rule(shortcut.RULE, train=(marked, CLASSES))
    assert (finding.key, finding.severity) == ("data.shortcut", Severity.WARNING)
    assert "Rows 0 to 1, columns 0 to 1" in finding.title
    assert finding.charts


def test_pictures_that_are_told_as_a_whole_pass(run_rule: Judge) -> None:
    assert run_rule(shortcut.RULE, train=(PICTURES, CLASSES)) == (Outcome.PASSED, ())
    bright = (PICTURES + 20.0 * (CLASSES[:, None, None, None] % 2), CLASSES % 2)  # every part tells
    assert run_rule(shortcut.RULE, train=bright) == (Outcome.PASSED, ())


@pytest.mark.parametrize(("count", "severity"), [(500, Severity.WARNING), (1200, Severity.INFO)])
def test_few_examples_of_a_hard_task_are_told(run_rule: Judge, count: int, severity: Severity) -> None:
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(60, 6))
    rows = generator.integers(0, 60, count)
    inputs = (centres[rows] + 0.15 * generator.normal(size=(count, 6))).astype(np.float32)
    _, (finding,) = run_rule(more_examples.RULE, train=(inputs, (rows % 7).astype(np.int32)))
    assert (finding.key, finding.severity) == ("data.few-examples", severity)


def test_plenty_of_examples_are_enough(run_rule: Judge) -> None:
    centres = np.random.default_rng(0).normal(size=(60, 6))
    plenty = np.repeat(centres[:6], 150, axis=0).astype(np.float32), np.arange(900) // 150
    assert run_rule(more_examples.RULE, train=plenty) == (Outcome.PASSED, ())


def test_so_few_examples_that_the_score_still_doubles_are_a_warning(run_rule: Judge) -> None:
    generator = np.random.default_rng(0)
    centres = generator.normal(size=(60, 6))

    def drawn(count: int) -> Any:
        rows = generator.integers(0, 60, count)
        inputs = centres[rows] + 0.15 * generator.normal(size=(count, 6))
        return inputs.astype(np.float32), (rows % 7).astype(np.int32)

    _, (finding,) = run_rule(more_examples.RULE, train=drawn(150), validation=drawn(300))
    assert (finding.key, finding.severity) == ("data.few-examples", Severity.WARNING)
    assert run_rule(more_examples.RULE, train=drawn(150))[0] is Outcome.NOT_RUN


def turned(inputs: Any, targets: Any, seed: int) -> Any:
    return inputs[:, ::-1, ::-1], targets


def nudged(inputs: Any, targets: Any, seed: int) -> Any:
    return np.roll(inputs, 1, axis=2), targets


def test_an_augmentation_that_makes_another_class_is_found(run_rule: Judge) -> None:
    _, findings = run_rule(augmentation_keeps_labels.RULE, train=(PICTURES, CLASSES), augment=turned)
    assert {finding.title for finding in findings} >= {"Augmented examples of class 6 look like class 9"}
    assert {finding.severity for finding in findings} == {Severity.WARNING}


def noisy(inputs: Any, targets: Any, seed: int) -> Any:
    return inputs + np.random.default_rng(seed).normal(0, 4, inputs.shape), targets


@pytest.mark.parametrize(
    "augment",
    [nudged, noisy, lambda inputs, targets, seed: (16.0 - inputs, targets), lambda i, t, s: (0.3 * i, t)],
    ids=["shifted", "noise", "inverted", "darker"],
)
def test_usual_augmentations_are_not(run_rule: Judge, augment: Any) -> None:
    found = run_rule(augmentation_keeps_labels.RULE, train=(PICTURES, CLASSES), augment=augment)
    assert found == (Outcome.PASSED, ())
