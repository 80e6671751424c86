"""What is said of a training while it goes on."""

import math
from collections.abc import Iterable

from piste.core.records import EpochRecord
from piste.recipe.lookout import Lookout


def said(losses: Iterable[tuple[float, float]], gradient: float = 1.0) -> list[str]:
    """What is said of validations with these train and validation losses."""
    heard: list[str] = []
    lookout = Lookout(heard.append)
    for epoch, (train, validation) in enumerate(losses, 1):
        lookout.hear(EpochRecord(epoch, epoch, train, validation, "accuracy", 0.5, 0.1, gradient, 1.0))
    return heard


def test_a_loss_that_is_no_number_is_said_once() -> None:
    (sentence,) = said([(1.0, 1.0), (math.nan, math.nan), (math.nan, math.nan)])
    assert sentence.startswith("warning: in epoch 2 the loss is no finite number.")


def test_a_gradient_that_is_no_number_is_said() -> None:
    assert "the gradient is no finite number" in said([(1.0, 1.0)], gradient=math.inf)[0]


def test_a_loss_that_runs_away_is_said_after_three_validations() -> None:
    (sentence,) = said([(1.0, 1.0), (20.0, 20.0), (30.0, 30.0), (40.0, 40.0), (50.0, 50.0)])
    assert sentence.startswith("warning: in epoch 4 the loss runs away: 40 on validation, 1 at its best.")


def test_healthy_curves_are_passed_over() -> None:
    assert said([(1.0, 1.0), (0.01, 20.0), (0.01, 30.0), (0.01, 40.0)]) == []  # over-fitting
    assert said([(1.0, 1.0), (20.0, 20.0), (1.0, 1.0), (30.0, 30.0)]) == []  # spikes
    assert said([(1.0, 1.0), (5.0, 5.0), (5.0, 5.0), (5.0, 5.0)]) == []  # a warm-up
    assert said([(-5.0, -5.0), (-1.0, -1.0), (-1.0, -1.0), (-1.0, -1.0)]) == []  # a loss below 0
