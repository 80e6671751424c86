"""A layer through which nothing passes, and narrow layers that are enough."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from piste.core.findings import Finding, Outcome
from piste.lint.rules.model import wide_enough
from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.losses import CrossEntropy
from piste.nn.sequential import Sequential

Judge = Callable[..., tuple[Outcome, tuple[Finding, ...]]]


def through(units: int) -> Sequential:
    return Sequential((Dense(16), Activation("relu"), Dense(units), Activation("relu"), Dense(6)))


def pieces(model: Any) -> dict[str, Any]:
    generator = np.random.default_rng(0)
    centres, rows = generator.normal(size=(6, 8)), generator.integers(6, size=500)
    inputs = (centres[rows] + 0.2 * generator.normal(size=(500, 8))).astype(np.float32)
    train = (inputs, rows.astype(np.int32))
    return {"train": train, "model": model, "loss": CrossEntropy(), "batch_size": 16}


def test_a_layer_of_one_unit_is_found(run_rule: Judge) -> None:
    _, (finding,) = run_rule(wide_enough.RULE, **pieces(through(1)))
    assert finding.key == "model.bottleneck"
    assert finding.where.layer == "layer 2"


@pytest.mark.parametrize("units", [8, 16])
def test_a_layer_that_is_wide_enough_passes_untrained(run_rule: Judge, units: int) -> None:
    assert run_rule(wide_enough.RULE, **pieces(through(units))) == (Outcome.PASSED, ())


def test_one_number_may_be_all_that_there_is_to_know(run_rule: Judge) -> None:
    inputs = np.random.default_rng(0).normal(size=(400, 4)).astype(np.float32)
    targets = (inputs[:, :1] - inputs[:, 1:2]).astype(np.float32)
    model = Sequential((Dense(1), Dense(1)))
    given = {"train": (inputs, targets), "model": model, "loss": lambda one, two: ((one - two) ** 2).mean(axis=1)}
    noisy = {
        **given,
        "train": (inputs, targets + np.random.default_rng(1).normal(size=targets.shape).astype(np.float32)),
    }
    assert run_rule(wide_enough.RULE, **noisy, batch_size=16) == (Outcome.PASSED, ())


def test_a_network_of_another_library_cannot_be_widened(run_rule: Judge) -> None:
    assert run_rule(wide_enough.RULE, **pieces(object()))[0] is Outcome.NOT_RUN
