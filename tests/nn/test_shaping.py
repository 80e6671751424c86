"""Layers that only rearrange."""

import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.layer import Context
from piste.nn.shaping import Flatten, Permute, Reshape

INPUTS = np.arange(48.0).reshape(2, 2, 3, 4)


def test_values_keep_their_order() -> None:
    np.testing.assert_array_equal(Flatten()({}, jnp.asarray(INPUTS), Context()), INPUTS.reshape(2, 24))
    np.testing.assert_array_equal(Reshape((4, 6))({}, jnp.asarray(INPUTS), Context()), INPUTS.reshape(2, 4, 6))
    moved = Permute((2, 0, 1))({}, jnp.asarray(INPUTS), Context())
    np.testing.assert_array_equal(moved, INPUTS.transpose(0, 3, 1, 2))
    assert Permute((2, 0, 1)).output_shape((2, 3, 4)) == (4, 2, 3)


def test_the_mask_stays_with_the_steps() -> None:
    inputs, context = jnp.ones((1, 3, 3)), Context(mask=jnp.asarray([[True, True, False]]))
    assert Permute((1, 0)).flow({}, {}, inputs, context)[2].mask is None
    assert Permute((0, 1)).flow({}, {}, inputs, context)[2].mask is context.mask
    assert Flatten().flow({}, {}, inputs, context)[2].mask is None


def test_bad_settings_are_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"Reshape to \(5,\) does not fit inputs of shape \(2, 3\)"):
        Reshape((5,)).output_shape((2, 3))
    with pytest.raises(SettingError, match=r"Permute needs each axis of shape \(2, 3\) once\. Got \(0, 0\) instead"):
        Permute((0, 0)).output_shape((2, 3))
