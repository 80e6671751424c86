"""Outputs and targets."""

import numpy as np
import pytest

from piste.core.records import Task
from piste.evaluate import Predictions
from piste.evaluate.drift.answers import estimated_shares, outputs_moved, target_moved


def answers(seed: int, shares: tuple[float, ...], rows: int = 2000) -> Predictions:
    """Return answers that are right in eight of ten cases, of classes with the given shares."""
    draws = np.random.default_rng(seed)
    truth = draws.choice(len(shares), size=rows, p=shares)
    said = np.where(draws.random(rows) < 0.8, truth, (truth + 1) % len(shares))
    outputs = np.eye(len(shares))[said] * 0.7 + draws.uniform(0, 0.1, (rows, len(shares)))
    return Predictions(
        Task.MANY_CLASS, tuple("abc"[: len(shares)]), truth, outputs / outputs.sum(axis=1, keepdims=True)
    )


def test_shares_of_classes_are_estimated_from_the_answers_alone() -> None:
    shares = estimated_shares(answers(0, (0.5, 0.3, 0.2)), answers(1, (0.1, 0.2, 0.7)).outputs)
    assert shares == pytest.approx([0.1, 0.2, 0.7], abs=0.04)


def test_shares_are_not_estimated_where_the_answers_say_nothing() -> None:
    then = answers(0, (0.5, 0.5))
    blind = Predictions(then.task, then.classes, then.truth, np.random.default_rng(0).dirichlet((1, 1), then.rows))
    assert estimated_shares(blind, then.outputs) is None
    assert estimated_shares(answers(0, (0.5, 0.5), rows=20), then.outputs) is None


def test_other_classes_move_the_outputs() -> None:
    then = answers(0, (0.5, 0.3, 0.2))
    assert outputs_moved(then.outputs, answers(1, (0.5, 0.3, 0.2)).outputs).chance > 0.01
    moved = outputs_moved(then.outputs, answers(1, (0.1, 0.2, 0.7)).outputs)
    assert moved.chance < 1e-9
    assert moved.share > 0.2


def test_several_targets_are_judged_by_the_farthest() -> None:
    draws = np.random.default_rng(0)
    before, now = draws.normal(size=(2, 500, 2))
    now[:, 1] += 1
    assert target_moved(before, now, Task.REGRESSION).share > 0.3
    labels = draws.integers(0, 2, (500, 3)).astype(np.float64)
    later = labels.copy()
    later[:, 2] = 1
    moved = target_moved(labels, later, Task.MULTI_LABEL)
    assert moved.share == pytest.approx(1 - labels[:, 2].mean())
    assert moved.chance < 1e-9
