import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.dropout import Dropout
from piste.nn.traced import Choice, NearOne, chosen, is_known, is_off, log, made, plain, rounded

VALUES = jnp.asarray([2.0, -1.0], jnp.float32)


def share(value: float) -> NearOne:
    return NearOne(jnp.float32(value), jnp.float32(1.0 - value))


def test_only_what_is_known_to_be_zero_is_off() -> None:
    assert is_off(0)
    assert is_off(0.0)
    assert not is_off(0.1)
    assert not is_off(jnp.float32(0))
    assert is_known(0.5)
    assert not is_known(jnp.float32(0.5))


@pytest.mark.parametrize("value", [0.0, 0.5, 1.5, 2.5, 3.49])
def test_rounding_is_that_of_python(value: float) -> None:
    assert rounded(value) == round(value) == int(rounded(jnp.float32(value)))


@pytest.mark.parametrize("value", [0.0, 0.5, 0.9, 0.999, 0.9999999])
def test_a_share_computes_as_its_number_and_keeps_the_rest_to_one(value: float) -> None:
    near = share(value)
    np.testing.assert_allclose(1 - near, 1 - value, rtol=1e-6)
    for found, expected in (
        (near * VALUES, value * VALUES),
        (VALUES * near, value * VALUES),
        (near + VALUES, value + VALUES),
        (near - 1, value - 1),
        (2 - near, 2 - value),
        (near**3, value**3),
        (jnp.asarray(near), value),
        (plain(near), value),
    ):
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7)
    if value:
        np.testing.assert_allclose(log(near), math.log(value), rtol=1e-6)
        assert log(value) == math.log(value)


def test_a_choice_runs_what_its_index_says() -> None:
    table = {"twice": lambda x: 2 * x, "square": lambda x: x * x, "never": lambda x: x / 0}
    for index, name in enumerate(("square", "twice")):
        ran = jax.jit(lambda index: chosen(table, Choice(("square", "twice"), index))(VALUES))(index)
        np.testing.assert_array_equal(ran, chosen(table, name)(VALUES))


def test_what_is_made_of_unknown_settings_is_not_checked() -> None:
    unknown: Any = jnp.float32(0.3)
    assert made(Dropout, keep=unknown).keep is unknown
    assert made(Dropout, keep=0.3) == Dropout(0.3)
    with pytest.raises(SettingError, match="keep"):
        made(Dropout, keep=7.0)
