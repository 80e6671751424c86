from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.errors import SettingError
from piste.lint.watching.watch import Watch


def descend(watch: Watch, steps: int, rate: float = 0.1) -> list[np.ndarray]:
    weights, passed = np.array([3.0, 4.0]), []
    for _ in range(steps):
        gradient = 2 * weights
        loss, weights = np.sum(weights**2), weights - rate * gradient
        watch.step(loss=loss, parameters={"w": weights}, gradients={"w": gradient}, learning_rate=rate)
        passed.append(weights)
    return passed


def test_each_look_has_the_numbers_of_its_step() -> None:
    watch = Watch(steps=30, every=3)
    passed = descend(watch, 30)
    record = watch.record
    assert record.leaves == ("w",)
    assert [look.step for look in record.looks] == list(range(3, 31, 3))
    look = record.looks[4]
    np.testing.assert_allclose(look.weights, np.linalg.norm(passed[14]), rtol=1e-5)
    np.testing.assert_allclose(look.gradients, 2 * np.linalg.norm(passed[13]), rtol=1e-5)
    np.testing.assert_allclose(look.updates, np.linalg.norm(passed[14] - passed[13]), rtol=1e-5)
    losses = [np.sum(weights**2) for weights in passed[11:14]]
    np.testing.assert_allclose([look.train_loss, look.highest_loss], [np.mean(losses), np.max(losses)], rtol=1e-6)
    assert look.learning_rate == 0.1


def test_long_trainings_are_looked_at_less_often() -> None:
    watch = Watch()
    descend(watch, 1000, 1e-3)
    looks = watch.record.looks
    assert len(looks) <= 101
    assert looks[-1].step > 980
    assert all(look.updates[0] > 0 for look in looks)


def test_rises_of_the_validation_loss_are_paired_by_example() -> None:
    watch = Watch()
    examples = np.random.default_rng(0).gamma(1.0, size=50)
    for level in (3.0, 1.0, 1.2):
        watch.validated(level * examples)
        watch.step(loss=0.0)
    first, best, last = watch.record.looks
    assert (first.rise, best.rise) == (0.0, 0.0)
    np.testing.assert_allclose(last.rise, 0.2 * examples.mean())
    np.testing.assert_allclose(last.rise_error, 0.2 * examples.std() / np.sqrt(50))


def test_the_last_validation_is_kept_though_no_look_follows() -> None:
    watch = Watch(every=2)
    for level in (3.0, 2.0, 1.0):
        for _ in range(3):
            watch.step(loss=0.0)
        watch.validated(np.array([level, level]))
    watch.step(loss=0.0)
    first, *_, last = (look.validation_loss for look in watch.record.looks)
    assert np.isnan(first)
    assert last == 1.0
    assert [look.step for look in watch.record.looks] == [2, 4, 6, 8, 10]
    watch.validated(0.5)
    assert watch.record.looks[-1].validation_loss == 0.5


def test_updates_left_out_by_optax_are_counted() -> None:
    optimiser = optax.apply_if_finite(optax.sgd(0.1), 10)
    parameters = jnp.ones(2)
    state, watch = optimiser.init(parameters), Watch()
    for scale in (1.0, np.nan, 1.0, np.inf):
        gradient = scale * parameters
        changes, state = optimiser.update(gradient, state, parameters)
        parameters = optax.apply_updates(parameters, changes)
        watch.step(loss=1.0, parameters=parameters, gradients=gradient, optimiser=state)
    assert [look.skipped for look in watch.record.looks] == [0, 1, 0, 1]
    assert [look.not_finite for look in watch.record.looks] == [0, 1, 0, 1]


def test_steps_that_change_nothing_for_a_broken_gradient_are_left_out_too() -> None:
    watch, weights = Watch(), {"w": np.ones(2)}
    for gradient in (0.0, np.nan, 0.0):  # a gradient of 0 changes nothing either, and nothing is wrong
        watch.step(loss=1.0, parameters=weights, gradients={"w": np.full(2, gradient)})
    assert [look.skipped for look in watch.record.looks] == [0, 1, 0]


def test_units_are_seen_on_the_examples() -> None:
    examples = np.random.default_rng(0).normal(size=(64, 3)).astype(np.float32)
    parameters = {"in": np.eye(3, 4, dtype=np.float32), "bias": np.array([0, 0, -99, -99], np.float32)}

    def apply(parameters: Any, inputs: Any) -> Any:
        hidden = jax.nn.relu(inputs @ parameters["in"] + parameters["bias"])
        return jnp.tanh(100 * hidden[:, :2] + 50) @ jnp.ones((2, 2))

    watch = Watch(apply=apply, examples=examples)
    watch.step(loss=1.0, parameters=parameters)
    (look,) = watch.record.looks
    assert watch.record.layers == ("relu", "tanh")
    assert look.silent[0] == 0.5
    assert look.saturated[1] == 1.0
    assert watch.record.examples == 64


@pytest.mark.parametrize("wrong", [{"every": 0}, {"examples": np.ones((2, 2))}])
def test_what_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingError, match="Watch"):
        Watch(**wrong)
