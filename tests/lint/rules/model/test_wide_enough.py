"""A layer through which nothing passes, and narrow layers that are enough."""

import itertools
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Finding, Outcome, Severity
from piste.lint.judge import judge
from piste.lint.pipeline import Pipeline
from piste.lint.rules.model import dead_leaves, wide_enough
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


def black_box(units: int, outputs: int = 6) -> dict[str, Any]:
    """The same network as a function of its parameters, with biases far from 0, of which a narrow layer may be dead."""

    def init(seed: int) -> dict[str, Any]:
        sizes, generator = (8, 16, units, outputs), np.random.default_rng(seed)
        return {
            f"layer_{place}": {
                "kernel": jnp.asarray(generator.normal(size=shape), jnp.float32),
                "bias": jnp.full(shape[1], -3.0),
            }
            for place, shape in enumerate(itertools.pairwise(sizes))
        }

    def apply(parameters: dict[str, Any], inputs: Any) -> Any:
        for place in range(3):
            layer = parameters[f"layer_{place}"]
            inputs = (jax.nn.relu(inputs) if place else inputs) @ layer["kernel"] + layer["bias"]
        return inputs

    return {**pieces(None), "init": init, "apply": apply, "loss": crossed, "task": "many-class", "classes": outputs}


def crossed(outputs: Any, targets: Any) -> Any:
    return optax.softmax_cross_entropy_with_integer_labels(outputs, targets).mean()


@pytest.mark.parametrize(("units", "severity"), [(1, Severity.WARNING), (2, Severity.INFO), (3, Severity.INFO)])
def test_numbers_that_pass_through_a_black_box_are_counted(run_rule: Judge, units: int, severity: Severity) -> None:
    _, (finding,) = run_rule(wide_enough.RULE, **black_box(units))
    assert (finding.key, finding.severity) == ("model.bottleneck", severity)
    assert finding.evidence[0].measured == str(units)


def test_black_boxes_that_let_enough_through_pass(run_rule: Judge) -> None:
    assert run_rule(wide_enough.RULE, **black_box(4)) == (Outcome.PASSED, ())
    assert run_rule(wide_enough.RULE, **black_box(16)) == (Outcome.PASSED, ())


def test_a_layer_that_is_not_read_is_no_narrow_layer(run_rule: Judge) -> None:
    given = black_box(16)

    def apply(parameters: dict[str, Any], inputs: Any) -> Any:
        ones = jax.tree.map(jnp.ones_like, parameters["layer_1"])  # all its units do the same: one number passes
        return given["apply"]({**parameters, "layer_1": ones}, inputs)

    assert run_rule(wide_enough.RULE, **{**given, "apply": apply})[0] is Outcome.NOT_RUN
    record = judge(Pipeline(**{**given, "apply": apply}), [dead_leaves.RULE, wide_enough.RULE])
    assert [cause.key for cause in record.causes] == ["model.disconnected"]


def test_two_classes_need_one_number(run_rule: Judge) -> None:
    inputs, targets = pieces(None)["train"]
    two = {**black_box(1, 2), "train": (inputs, targets % 2)}
    assert run_rule(wide_enough.RULE, **two)[0] is Outcome.NOT_RUN
