"""Small trials, trained in a population and alone."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.nn.layer import Layer
from piste.nn.losses import CrossEntropy
from piste.nn.metrics import WATCHED
from piste.nn.resolve import resolve
from piste.train.fit import Examples, Fitted, Shown, fit
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.population import Member, Population
from piste.train.schedules import rates
from piste.train.timeline import Effort, steps_per_epoch

TRAIN, VALIDATION, WIDTH, CLASSES = 160, 40, 6, 3
COMMON: dict[str, Any] = {"task": Task.MANY_CLASS, "metric": Shown("accuracy")}


def examples(shape: tuple[int, ...] = (WIDTH,)) -> tuple[Examples, Examples]:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(TRAIN + VALIDATION, *shape)).astype(np.float32)
    flat = inputs.reshape(len(inputs), -1)
    scores = flat @ generator.normal(size=(flat.shape[1], CLASSES)) + generator.normal(size=(len(inputs), CLASSES))
    targets = scores.argmax(axis=1).astype(np.int32)
    return Examples(inputs[:TRAIN], targets[:TRAIN]), Examples(inputs[TRAIN:], targets[TRAIN:])


def plan(model: Layer, shape: tuple[int, ...] = (WIDTH,), **settings: Any) -> Plan:
    given = {"loss": CrossEntropy(), "optimiser": Optimiser("adam"), **settings}
    return Plan(resolve(model), shape, metric=WATCHED[Task.MANY_CLASS].metric, **given)


def effort(epochs: int = 10, rate: float = 3e-3, batch_size: int = 32, schedule: str = "cosine", **more: Any) -> Effort:
    steps = steps_per_epoch(TRAIN, batch_size)
    return Effort(epochs, batch_size, rates(schedule, rate, epochs * steps), **more)


def population(members: Sequence[Member], shape: tuple[int, ...] = (WIDTH,)) -> Population:
    return Population(members, *examples(shape), **COMMON)


def trained(members: Sequence[Member], shape: tuple[int, ...] = (WIDTH,)) -> Population:
    made = population(members, shape)
    made.advance({member.number: 1000 for member in members})
    return made


def alone(member: Member, shape: tuple[int, ...] = (WIDTH,)) -> Fitted:
    return fit(member.plan, *examples(shape), member.effort, seed=member.seed, **COMMON)


def curves(fitted: Fitted) -> NDArray[np.float64]:
    return np.asarray(
        [
            (one.train_loss, one.validation_loss, one.validation_metric, one.learning_rate, one.gradient_norm)
            for one in fitted.epochs
        ]
    )


def assert_equal_to_alone(made: Population, member: Member, shape: tuple[int, ...] = (WIDTH,)) -> None:
    found, expected = made.fitted(member.number), alone(member, shape)
    assert expected.record.steps >= 50
    np.testing.assert_allclose(curves(found), curves(expected), rtol=1e-5, atol=1e-7)
    for name in ("parameters", "epochs", "best_epoch", "steps", "stopped"):
        assert getattr(found.record, name) == getattr(expected.record, name)
    np.testing.assert_allclose(found.record.initial_loss.measured, expected.record.initial_loss.measured, rtol=1e-5)
    assert found.record.initial_loss.expected == expected.record.initial_loss.expected
    assert_close((found.parameters, found.state), (expected.parameters, expected.state))


def assert_close(found: Any, expected: Any) -> None:
    assert str(jax.tree.structure(found)) == str(jax.tree.structure(expected))
    for one, other in zip(jax.tree.leaves(found), jax.tree.leaves(expected), strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5 * float(np.abs(other).max()) + 1e-7)
