from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from piste.core.errors import SettingError
from piste.train.minimise import minimise
from piste.train.optimisers import Optimiser


def square(w: jax.Array, *data: Any) -> jax.Array:
    return jnp.sum(jnp.square(w))


@pytest.mark.parametrize(
    ("start", "sentence"),
    [
        (0, "The start must be floating-point numbers. Got int64 instead: write 0.0 for 0"),
        ({"a": 1.0, "b": [1j]}, r"The start at \['b'\]\[0\] must be floating-point numbers. Got complex128"),
        (np.zeros(3, np.int32), "Got int32"),
        ("far", "Got str"),
        ([], "The start has no numbers in it"),
    ],
)
def test_a_start_must_be_floating_point_numbers(start: Any, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        minimise(square, start)


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (lambda w: w, r"one number. Got an array of shape \(3,\) instead: take its mean or its sum"),
        (lambda w: (jnp.sum(w), w), "one number. Got tuple instead"),
        (lambda w: jnp.argmax(w), "floating-point number. Got int32 instead"),
        (lambda w: jnp.sum(jnp.log(w - 1.0)), "At the start the function is nan .*give a start where both are finite"),
        (lambda w: jnp.sum(jnp.sqrt(w)), "At the start the function is 0.0 and its gradient has the norm inf"),
    ],
)
def test_a_function_must_give_one_finite_number(function: Any, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        minimise(function, np.zeros(3))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"optimiser": "newton"}, "must be one of sgd, .*Got 'newton' instead"),
        ({"optimiser": Optimiser("lbfgs", l2=0.1)}, "put penalties into the function itself"),
        ({"optimiser": 3}, "must be a name, an Optimiser or an Optax transformation. Got 3"),
        ({"optimiser": "lbfgs", "learning_rate": 0.1}, "holds its own rate: leave learning_rate out"),
        ({"optimiser": optax.sgd(0.1), "learning_rate": 0.1}, "holds its own rate"),
        ({"optimiser": "lbfgs", "batch_size": 2}, "leave batch_size out"),
        ({"batch_size": 2, "tolerance": 0.1}, "small by chance"),
        ({"learning_rate": [0.1, 0.2]}, r"one number or one for each of 5 steps. Got an array of shape \(2,\)"),
        ({"learning_rate": -0.1}, "must be finite and not negative"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        minimise(square, np.ones(2), np.zeros(4), steps=5, **settings)


def test_data_must_be_numbers() -> None:
    with pytest.raises(SettingError, match=r"Data argument 2 must be made of arrays and numbers. Got str instead"):
        minimise(square, 1.0, np.zeros(2), {"name": "sum"})


def test_random_keys_and_flags_are_data_too() -> None:
    def noisy(w: jax.Array, key: jax.Array, flag: jax.Array) -> jax.Array:
        return jnp.where(flag, jnp.square(w - jax.random.normal(key)), 0.0)

    found = minimise(noisy, 0.0, jax.random.key(3), True, steps=300, optimiser="sgd", learning_rate=0.1)
    assert float(found.parameters) == pytest.approx(float(jax.random.normal(jax.random.key(3))), abs=1e-4)
