"""The residual network for tables."""

from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from piste.nn.layer import Context
from piste.nn.zoo.residual_mlp import residual_mlp


def test_parameters_by_hand(size: Callable[..., int]) -> None:
    block = 2 * 32 + (32 * 64 + 64) + (64 * 32 + 32)
    assert size(residual_mlp(3, 32, 2), 10) == (10 * 32 + 32) + 2 * block + 2 * 32 + (32 * 3 + 3)


def test_numbers_may_be_embedded(size: Callable[..., int]) -> None:
    plain, embedded = (size(residual_mlp(3, 32, 2, embedding=width), 10) for width in (0, 8))
    assert embedded - plain == 10 * (16 + 32 * 8 + 8) + (80 - 10) * 32


def test_one_pass_in_training_and_evaluation(initial: Callable[..., Any]) -> None:
    model = residual_mlp(2, 8, 2, embedding=4)
    parameters, state = initial(model, (5,))
    rows = np.random.default_rng(0).normal(size=(6, 5)).astype(np.float32)
    run = jax.jit(lambda x: model.run(parameters, state, x, Context(True, jax.random.key(0))))
    outputs, after = run(rows)
    assert outputs.shape == (6, 2)
    assert np.isfinite(outputs).all()
    assert jax.tree.map(np.shape, after) == jax.tree.map(np.shape, state)
