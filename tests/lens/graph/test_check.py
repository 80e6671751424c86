"""The check finds what is wrong, says what is a corner, and is fine where the loss is smooth."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.lens.look import look


def test_a_wrong_derivative_is_found() -> None:
    @jax.custom_vjp
    def wrong(x: Any) -> Any:
        return x**3

    wrong.defvjp(lambda x: (x**3, x), lambda x, gradient: (3 * x**2 * gradient * 1.001,))
    check = look(lambda w: jnp.sum(wrong(w)), jnp.asarray([1.0, 2.0])).check("w")
    assert check.error == pytest.approx(1e-3, rel=0.01)
    assert not check.kink


def test_a_smooth_loss_is_measured_to_ten_digits() -> None:
    check = look(lambda w: jnp.sum(jnp.exp(jnp.sin(w))), jnp.asarray([0.3, -1.2, 2.0])).check("w")
    assert check.error < 1e-10
    np.testing.assert_allclose(check.gradient, check.measured, rtol=1e-9)
    assert check.rounding < 1e-6


def test_a_corner_is_called_one() -> None:
    check = look(lambda w: jnp.sum(jax.nn.relu(w)), jnp.asarray([0.0, 1.0])).check("w")
    assert check.kink
    assert not look(lambda w: jnp.sum(jax.nn.relu(w)), jnp.asarray([-1.0, 1.0])).check("w").kink


def test_a_gradient_that_is_stopped_is_the_reason_given() -> None:
    check = look(lambda w: jnp.sum(w * jax.lax.stop_gradient(w)), jnp.asarray([1.0, 2.0])).check("w")
    assert check.error > 0.1
    assert "stopped on purpose" in check.note


def test_a_function_that_narrows_its_numbers_is_said_to() -> None:
    seen = look(lambda w: jnp.sum(jnp.sin(w.astype(jnp.bfloat16)).astype(jnp.float32)), jnp.ones(3))
    assert "fewer bits" in seen.check("sin").note


def test_a_node_that_nothing_reaches_cannot_be_checked() -> None:
    with pytest.raises(SettingError, match="No gradient reaches places"):
        look(lambda w, places: jnp.sum(w[places]), jnp.ones(3), jnp.asarray([0, 1])).check("places")


def test_complex_numbers_are_passed_through_but_not_moved() -> None:
    seen = look(lambda w: jnp.sum(jnp.abs(jnp.fft.rfft(w))), jnp.asarray([1.0, -2.0, 0.5, 3.0]))
    assert seen.check("w").error < 1e-6
    with pytest.raises(SettingError, match="is of complex numbers"):
        seen.check(next(one for one in seen.nodes if one.dtype == jnp.complex64))
