"""A pipeline's own update is tried where no training was watched."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.findings import Finding, Outcome
from piste.lint.bench import Bench
from piste.lint.pipeline import Pipeline
from piste.lint.rules.loop import finite_training
from piste.lint.rules.model import dead_units, vanishing_gradient
from piste.lint.rules.optimiser import skipped_updates
from piste.lint.watching import trial
from piste.lint.watching.trial import EVERY, watched

Run = Callable[..., tuple[Outcome, tuple[Finding, ...]]]
GENERATOR = np.random.default_rng(0)
INPUTS = GENERATOR.normal(size=(200, 4)).astype(np.float32)
TARGETS = (INPUTS[:, 0] > 0).astype(np.int32)


def layers(sizes: tuple[int, ...], bias: float = 0.0) -> Any:
    drawn = np.random.default_rng(1)
    return [
        {
            "kernel": jnp.asarray(drawn.normal(size=pair) * np.sqrt(2 / pair[0]), jnp.float32),
            "bias": jnp.full(pair[1], bias, jnp.float32),
        }
        for pair in pairwise(sizes)
    ]


def network(activation: Any) -> Any:
    def apply(parameters: Any, inputs: Any) -> Any:
        for number, layer in enumerate(parameters):
            with jax.named_scope(f"layer_{number}"):
                inputs = inputs @ layer["kernel"] + layer["bias"]
                inputs = inputs if number == len(parameters) - 1 else activation(inputs)
        return inputs

    return apply


def loss(outputs: Any, targets: Any) -> Any:
    return optax.softmax_cross_entropy_with_integer_labels(outputs, targets)


def unsafe(outputs: Any, targets: Any) -> Any:
    shares = jax.nn.softmax(60 * outputs)
    return -jnp.log(shares[jnp.arange(len(targets)), targets])


def pipeline(**pieces: Any) -> Pipeline:
    usual = {
        "train": (INPUTS, TARGETS), "apply": network(jax.nn.relu), "parameters": layers((4, 16, 2)), "loss": loss,
        "optimiser": optax.sgd(0.1), "batch_size": 20,
    }  # fmt: skip
    return Pipeline(**(usual | pieces))


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "STEPS", 170)
    monkeypatch.setattr(trial, "SECONDS", 60.0)  # however slow the machine, the same steps


def test_a_healthy_training_is_tried_and_left_in_peace(run_rule: Run) -> None:
    record = Bench(pipeline()).probe(watched)
    assert record.looks[-1].step == 170
    assert record.layers == ("layer_0",)
    assert record.looks[-1].train_loss < record.looks[0].train_loss
    one = pipeline(watched=record)
    for rule in (dead_units.RULE, finite_training.RULE, skipped_updates.RULE, vanishing_gradient.RULE):
        assert run_rule(rule, one)[0] is Outcome.PASSED


def test_units_that_begin_dead(run_rule: Run) -> None:
    _, (found,) = run_rule(dead_units.RULE, pipeline(parameters=layers((4, 16, 2), bias=-20.0)))
    assert found.where.layer == "layer_0"


def test_a_gradient_that_is_lost_in_many_sigmoids(run_rule: Run) -> None:
    deep = pipeline(apply=network(jax.nn.sigmoid), parameters=layers((4, *(8,) * 12, 2)))
    _, (found,) = run_rule(vanishing_gradient.RULE, deep)
    assert found.where.layer == "0/kernel"


def test_the_operation_that_breaks_is_named_though_it_broke_between_looks(run_rule: Run) -> None:
    broken = pipeline(loss=unsafe, optimiser=optax.sgd(0.05), parameters=layers((4, 2)))
    _, (found,) = run_rule(finite_training.RULE, broken)
    assert "logarithm" in found.title


def test_updates_that_are_left_out_in_silence(run_rule: Run) -> None:
    quiet = pipeline(loss=unsafe, optimiser=optax.apply_if_finite(optax.sgd(0.05), 1000), parameters=layers((4, 2)))
    assert run_rule(skipped_updates.RULE, quiet)[0] is Outcome.FOUND
    assert run_rule(finite_training.RULE, quiet)[0] is Outcome.PASSED


def test_a_step_that_nothing_else_is_known_of_is_tried_all_the_same() -> None:
    def step(state: Any, inputs: Any, targets: Any) -> Any:
        return {"parameters": {"w": state["parameters"]["w"] * 0.9}}

    own = Pipeline(train=(INPUTS, TARGETS), start=lambda seed: {"parameters": {"w": np.ones(3)}}, step=step)
    record = Bench(own).probe(watched)
    assert record.leaves == ("w",)
    assert np.isnan(record.looks[-1].train_loss)
    np.testing.assert_allclose(record.looks[0].updates, np.sqrt(3) * 0.1 * 0.9 ** (EVERY - 1), rtol=1e-5)
