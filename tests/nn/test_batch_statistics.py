"""Batch norm's gradient by hand against automatic differentiation of the formula, in double."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.nn.batch_statistics import normalise_batch

EPSILON = 1e-5


def plain(inputs: Any, gamma: Any, beta: Any) -> tuple[Any, Any, Any]:
    axes = tuple(range(inputs.ndim - 1))
    mean, variance = jnp.mean(inputs, axes), jnp.var(inputs, axes)
    return gamma * (inputs - mean) / jnp.sqrt(variance + EPSILON) + beta, mean, variance


@pytest.mark.parametrize("shape", [(7, 3), (4, 5, 3), (3, 4, 5, 3)])
def test_outputs_and_all_gradients_are_those_of_the_formula(shape: tuple[int, ...]) -> None:
    with jax.enable_x64(True):
        generator = np.random.default_rng(0)
        arguments = (generator.normal(2.0, 3.0, shape), generator.normal(size=3), generator.normal(size=3))
        upstream = (generator.normal(size=shape), generator.normal(size=3), generator.normal(size=3))
        given, back = jax.vjp(partial(normalise_batch, epsilon=EPSILON), *map(jnp.asarray, arguments))
        expected, back_plain = jax.vjp(plain, *map(jnp.asarray, arguments))
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10), given, expected)
        ours, theirs = (pull(tuple(map(jnp.asarray, upstream))) for pull in (back, back_plain))
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9), ours, theirs)


@pytest.mark.parametrize("shape", [(7, 3), (3, 4, 5, 3)])
def test_rows_that_fill_a_batch_up_are_left_out_of_the_moments(shape: tuple[int, ...]) -> None:
    def filled(real: Any, inputs: Any, gamma: Any, beta: Any) -> tuple[Any, Any, Any]:
        axes = tuple(range(inputs.ndim - 1))
        mean, variance = jnp.mean(inputs[real], axes), jnp.var(inputs[real], axes)
        return gamma * (inputs - mean) / jnp.sqrt(variance + EPSILON) + beta, mean, variance

    with jax.enable_x64(True):
        generator = np.random.default_rng(0)
        arguments = (generator.normal(2.0, 3.0, shape), generator.normal(size=3), generator.normal(size=3))
        upstream = (generator.normal(size=shape), generator.normal(size=3), generator.normal(size=3))
        real = np.arange(shape[0]) != 1
        ours = partial(normalise_batch, epsilon=EPSILON, real=jnp.asarray(real))
        given, back = jax.vjp(ours, *map(jnp.asarray, arguments))
        expected, back_plain = jax.vjp(partial(filled, real), *map(jnp.asarray, arguments))
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-10), given, expected)
        pulled = (pull(tuple(map(jnp.asarray, upstream))) for pull in (back, back_plain))
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9), *pulled)
