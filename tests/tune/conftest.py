"""A study of three settings whose trials are a formula, so that a search takes no training."""

import dataclasses
import math
from collections.abc import Callable

import pytest

from piste.core.records import Status
from piste.core.studies import DimensionRecord, StudyRecord, TrialRecord, TrialStatus
from piste.tune.priors import choice, integers, log, option, uniform
from piste.tune.space import Space

SPACE = Space.of(
    {
        "learning_rate": log(1e-4, 1),
        "optimiser": choice("adamw", option("sgd", momentum=uniform(0.5, 0.99))),
        "hidden": choice((64,), (128, 64)),
        "epochs": integers(2, 8),
    }
)


@pytest.fixture
def space() -> Space:
    """The space of the study."""
    return SPACE


@pytest.fixture
def study() -> StudyRecord:
    """The record of the study: 16 trials, 4 at once."""
    dimensions = tuple(DimensionRecord(one.name, one.label, str(one.prior)) for one in SPACE.dimensions)
    return StudyRecord(
        "valley", Status.UNFINISHED, "", "", "", 3, "accuracy", True, dimensions, {}, "sobol", "none", 16, 5, at_once=4
    )  # fmt: skip


def trained(trial: TrialRecord) -> TrialRecord:
    """Return the trial as its formula trains it: best at a rate of 0.01, and for rates above 0.5 it diverges."""
    rate = float(trial.settings["learning_rate"])
    if rate > 0.5:
        return dataclasses.replace(trial, status=TrialStatus.DIVERGED, losses=(math.nan,), metrics=(math.nan,))
    far = abs(math.log10(rate) + 2)
    losses = tuple(far + 1 / number for number in range(1, 6))
    metrics = tuple(1 / (1 + loss) for loss in losses)
    return dataclasses.replace(
        trial, status=TrialStatus.FINISHED, losses=losses, metrics=metrics, best_round=5, loss=losses[-1],
        score=metrics[-1], seconds=0.5,
    )  # fmt: skip


@pytest.fixture
def train() -> Callable[[TrialRecord], TrialRecord]:
    """What trains one trial."""
    return trained
