"""What is seen of a training, against the same numbers computed by hand from the parameters."""

from functools import cache
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.records import Task, encode
from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.layer import Context
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import WATCHED
from piste.nn.sequential import Sequential
from piste.train.checkpoint import Checkpoints, Position
from piste.train.examples import for_judging
from piste.train.fit import Examples, Fitted, Progress, Shown, fit
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan, initial_carry
from piste.train.schedules import rates
from piste.train.timeline import Effort
from piste.train.watching import in_view

MODEL = Sequential((Dense(8), Activation("relu"), Dense(6), Activation("tanh"), Dense(2)))
PLAN = Plan(MODEL, (3,), CrossEntropy(), WATCHED[Task.TWO_CLASS].metric, Optimiser("sgd"))
GENERATOR = np.random.default_rng(0)
INPUTS = GENERATOR.normal(size=(90, 3)).astype(np.float32)
TARGETS = (INPUTS[:, 0] > 0.3 * GENERATOR.normal(size=90)).astype(np.int32)
TRAIN, VALIDATION = Examples(INPUTS[:40], TARGETS[:40]), Examples(INPUTS[40:], TARGETS[40:])
RATE, EPOCHS = 0.5, 6


def losses(parameters: Any, examples: Examples) -> jax.Array:
    outputs, _ = MODEL.run(parameters, {}, jnp.asarray(examples.inputs), Context())
    return CrossEntropy()(outputs, jnp.asarray(examples.targets))


def trained(
    watch: Any = lambda progress: None, plan: Plan = PLAN, train: Examples = TRAIN, checkpoints: Any = None
) -> Fitted:
    work = Effort(EPOCHS, 40, rates("constant", RATE, EPOCHS))
    common: dict[str, Any] = {"task": Task.TWO_CLASS, "seed": 0, "metric": Shown(""), "by_validation": True}
    return fit(plan, train, VALIDATION, work, watch=watch, checkpoints=checkpoints, **common)


@cache
def course() -> tuple[list[Any], Fitted]:
    """Return the parameters after each step, an epoch being one step, and what `fit` saw."""
    passed: list[Any] = []

    def watch(progress: Progress) -> None:
        passed.append(progress.parameters())

    return passed, trained(watch)


def test_norms_are_those_of_the_last_step() -> None:
    passed, fitted = course()
    assert fitted.watched.leaves[:2] == ("00_dense/bias", "00_dense/weight")
    before, after, seen = passed[2], passed[3], fitted.watched.looks[3]
    gradient = jax.grad(lambda tree: jnp.mean(losses(tree, TRAIN)))(before)
    for leaf, weight, slope, change in zip(
        jax.tree.leaves(after), seen.weights, jax.tree.leaves(gradient), seen.updates, strict=False
    ):
        np.testing.assert_allclose(weight, np.linalg.norm(leaf), rtol=1e-4)
        np.testing.assert_allclose(change, RATE * np.linalg.norm(slope), rtol=1e-3)
    lengths = [float(np.linalg.norm(leaf)) for leaf in jax.tree.leaves(gradient)]
    np.testing.assert_allclose(seen.gradients, lengths, rtol=1e-3)
    np.testing.assert_allclose(seen.highest_loss, float(jnp.mean(losses(before, TRAIN))), rtol=1e-4)


def test_rises_are_paired_over_the_validation_examples() -> None:
    passed, fitted = course()
    best = min(range(EPOCHS), key=lambda index: fitted.watched.looks[index].validation_loss)
    for index, seen in enumerate(fitted.watched.looks):
        lowest = min(range(index + 1), key=lambda one: fitted.watched.looks[one].validation_loss)
        difference = np.asarray(losses(passed[index], VALIDATION) - losses(passed[lowest], VALIDATION), np.float64)
        np.testing.assert_allclose(seen.rise, difference.mean(), rtol=1e-3, atol=1e-6)
        np.testing.assert_allclose(seen.rise_error, difference.std() / np.sqrt(50), rtol=1e-3, atol=1e-6)
    assert fitted.watched.looks[best].rise == 0


def test_silent_units_and_saturated_values_are_counted() -> None:
    passed, fitted = course()
    assert fitted.watched.layers == ("01_activation", "03_activation")
    tree, seen = passed[-1], fitted.watched.looks[-1]
    first = np.maximum(VALIDATION.inputs @ tree["00_dense"]["weight"] + tree["00_dense"]["bias"], 0)
    second = np.tanh(first @ tree["02_dense"]["weight"] + tree["02_dense"]["bias"])
    np.testing.assert_allclose(seen.silent[0], np.mean(first.max(axis=0) == 0), atol=1e-6)
    np.testing.assert_allclose(seen.saturated[1], np.mean(np.abs(second) > 0.99), atol=1e-5)
    assert np.isnan(seen.silent[1])
    assert np.isnan(seen.saturated[0])


def broken_at(examples: Examples, value: float) -> Examples:
    inputs = examples.inputs.copy()
    inputs[7] = value
    return Examples(inputs, examples.targets)


def test_a_training_that_breaks_says_where() -> None:
    fitted = trained(train=broken_at(TRAIN, np.nan))
    assert fitted.record.stopped == "diverged"
    assert fitted.watched.stopped == "diverged"
    assert fitted.watched.first_not_finite == "the examples"
    assert fitted.watched.looks[-1].not_finite == 1


def test_the_layer_that_overflows_is_named() -> None:
    fitted = trained(train=broken_at(TRAIN, 3e38))
    assert fitted.watched.first_not_finite == "00_dense: the weighted sums"


def test_a_gradient_that_breaks_is_found_on_the_way_back() -> None:
    def rooted(outputs: jax.Array, targets: jax.Array) -> jax.Array:
        return jnp.sqrt(jnp.sum(outputs, axis=-1) * 0.0) + CrossEntropy()(outputs, targets)

    plan = Plan(MODEL, (3,), rooted, PLAN.metric, Optimiser("sgd"))
    assert trained(plan=plan).watched.first_not_finite.endswith("on the way back")


def test_looks_go_on_where_a_training_was_cut_short(tmp_path: Path) -> None:
    def cut(progress: Progress) -> None:
        if progress.done >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(cut, checkpoints=Checkpoints(tmp_path, "this"))
    assert encode(trained(checkpoints=Checkpoints(tmp_path, "this")).watched) == encode(course()[1].watched)


def test_a_checkpoint_of_before_trainings_were_watched_is_of_use(tmp_path: Path) -> None:
    key = jax.random.key(0)
    old = initial_carry(PLAN, PLAN.layout.pack(MODEL.init(key, (3,))), {})
    Checkpoints(tmp_path, "this").write(old, Position(step=2))
    restored = Checkpoints(tmp_path, "this").restore(in_view(old, for_judging(VALIDATION), PLAN.precision))
    assert restored is not None
    carry, position = restored
    assert position.step == 2
    assert np.all(np.isnan(carry.best_losses))  # nothing is known of the best round
    assert all(np.array_equal(one, other) for one, other in zip(carry.weights, old.weights, strict=True))
