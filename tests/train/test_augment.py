"""Augmentation belongs to the training step alone."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.records import Task
from piste.nn.augment.compose import augmented
from piste.nn.augment.flip import Flip
from piste.nn.augment.mixing import Mixup
from piste.nn.augment.shift import Shift
from piste.nn.dense import Dense
from piste.nn.losses.classes import CrossEntropy
from piste.nn.metrics import WATCHED
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten
from piste.train.examples import EVALUATION_CHUNK
from piste.train.layout import Parts
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan, Split, initial_carry
from piste.train.program import evaluate
from piste.train.step import train_step

MODEL = Sequential((Flatten(), Dense(3)))
PLAN = partial(Plan, MODEL, (6, 6, 1), CrossEntropy(), WATCHED[Task.MANY_CLASS].metric, Optimiser("sgd"))
AUGMENTATIONS = (Shift(1), Flip(), Mixup(1.0, 3))
KEY, RATE = jax.random.key(3), jnp.asarray(0.1)


def split(count: int) -> Split:
    draw = np.random.default_rng(0)
    inputs = jnp.asarray(draw.normal(size=(count, 6, 6, 1)), jnp.float32)
    return Split(inputs, jnp.asarray(draw.integers(0, 3, count), jnp.int32), jnp.ones(count))


@pytest.fixture
def weights() -> Parts:
    drawn = np.random.default_rng(1).normal(size=PLAN().layout.size)
    return (jnp.asarray(drawn, jnp.float32),)


def stepped(plan: Plan, weights: Parts, batch: Split) -> Any:
    layout = plan.layout
    carry = initial_carry(plan, weights, MODEL.init_state((6, 6, 1)))
    return jax.jit(partial(train_step, plan, layout, layout.of_rank_two()))(carry, batch, RATE, KEY)


def test_a_step_with_augmentation_is_a_step_on_the_augmented_batch(weights: Parts) -> None:
    batch = split(16)
    inputs, targets = augmented(AUGMENTATIONS, KEY, batch.inputs, batch.targets)
    assert targets.shape == (16, 3)
    with_plan = stepped(PLAN(AUGMENTATIONS), weights, batch)
    by_hand = stepped(PLAN(), weights, batch._replace(inputs=inputs, targets=targets))
    np.testing.assert_allclose(with_plan.weights[0], by_hand.weights[0], rtol=1e-5, atol=1e-6)
    assert (np.asarray(with_plan.weights[0]) != np.asarray(stepped(PLAN(), weights, batch).weights[0])).any()


def test_validation_is_never_augmented(weights: Parts) -> None:
    validation = split(EVALUATION_CHUNK)
    programs = [
        jax.make_jaxpr(partial(evaluate, plan, plan.layout))(weights, MODEL.init_state((6, 6, 1)), validation)
        for plan in (PLAN(), PLAN(AUGMENTATIONS))
    ]
    assert str(programs[0]) == str(programs[1])
