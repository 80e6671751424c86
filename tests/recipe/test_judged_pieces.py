"""The optimiser and the augmentation of the main job, as the linter takes them by themselves."""

import dataclasses
from typing import Any

import numpy as np

import piste
from piste.core.findings import Outcome
from piste.core.records import Task
from piste.nn.augment.flip import Flip
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import METRICS
from piste.nn.sequential import Sequential
from piste.recipe.judged_pieces import augmentation_of
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan


def found(**settings: Any) -> dict[str, Outcome]:
    record = piste.lint("iris", quiet=True, select=["O105", "O106"], **settings)
    return {rule.code: rule.outcome for rule in record.rules}


def test_settings_of_the_optimiser_are_judged() -> None:
    assert found() == {"O105": Outcome.PASSED, "O106": Outcome.PASSED}
    assert found(weight_decay=100.0, learning_rate=0.1)["O105"] is Outcome.FOUND
    assert found(optimiser="momentum", momentum=0.9999)["O106"] is Outcome.FOUND


def test_the_augmentation_is_that_of_the_plan() -> None:
    plan = Plan(Sequential(()), (2, 2, 1), CrossEntropy(), METRICS[Task.MANY_CLASS]["accuracy"].metric, Optimiser())
    assert augmentation_of(plan) is None
    flipping = augmentation_of(dataclasses.replace(plan, augment=(Flip(),)))
    assert flipping is not None
    inputs = np.arange(32, dtype=np.float32).reshape(8, 2, 2, 1)
    made, targets = flipping(inputs, np.arange(8), 0)
    mirrored = np.array([np.array_equal(one, other[:, ::-1]) for one, other in zip(made, inputs, strict=True)])
    kept = np.array([np.array_equal(one, other) for one, other in zip(made, inputs, strict=True)])
    assert np.all(mirrored | kept)
    assert mirrored.any()
    assert np.array_equal(targets, np.arange(8))
