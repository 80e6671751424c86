"""What is inside loops, branches and functions with a derivative of their own."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from piste.core.errors import SettingError
from piste.lens.lens import Lens
from piste.lens.look import look

W, X = jnp.asarray([[0.5, -0.2], [0.3, 0.8]]), jnp.asarray([[1.0, 0.5], [-0.4, 0.2], [0.3, -0.9]])


def recurrent(w: Any, x: Any) -> Any:
    def step(state: Any, row: Any) -> Any:
        new = jnp.tanh(state @ w + row)
        return new, jnp.sum(new)

    state, sums = lax.scan(step, jnp.zeros(2, w.dtype), x)
    return jnp.sum(state**2) + jnp.mean(sums * jnp.arange(3.0))


def unrolled(w: Any, x: Any) -> tuple[list[Any], Any]:
    states, sums = [jnp.zeros(2)], []
    for row in x:
        states.append(jnp.tanh(states[-1] @ w + row))
        sums.append(jnp.sum(states[-1]))
    return states, jnp.sum(states[-1] ** 2) + jnp.mean(jnp.stack(sums) * jnp.arange(3.0))


@pytest.fixture(scope="module")
def seen() -> Lens:
    return look(recurrent, W, X)


@pytest.mark.parametrize("round_", [0, 1, 2])
def test_each_round_of_a_loop_has_the_values_and_gradients_of_the_unrolled_one(seen: Lens, round_: int) -> None:
    inside = seen.inside("scan", round_)
    states, loss = unrolled(W, X)
    assert inside.loss == pytest.approx(float(loss), rel=1e-6)
    np.testing.assert_allclose(inside.value("carry"), states[round_], rtol=1e-6)
    np.testing.assert_allclose(inside.value("tanh"), states[round_ + 1], rtol=1e-6)

    def moved(by: Any) -> Any:
        state, sums = jnp.zeros(2), []
        for place, row in enumerate(X):
            state = jnp.tanh(state @ W + row) + (by if place == round_ else 0.0)
            sums.append(jnp.sum(state))
        return jnp.sum(state**2) + jnp.mean(jnp.stack(sums) * jnp.arange(3.0))

    np.testing.assert_allclose(inside.gradient("tanh"), jax.grad(moved)(jnp.zeros(2)), rtol=1e-5)
    assert inside.check("tanh", 2).error < 1e-6


def test_the_rounds_parts_of_a_weights_gradient_add_up(seen: Lens) -> None:
    parts = sum(np.asarray(seen.inside("scan", one).gradient("w")) for one in range(3))
    np.testing.assert_allclose(parts, jax.grad(recurrent)(W, X), rtol=1e-5)


def test_a_loop_through_its_slices_backwards_counts_rounds_as_it_makes_them() -> None:
    def reverse(w: Any, x: Any) -> Any:
        return jnp.sum(lax.scan(lambda s, row: (s * w + row, s * row), jnp.zeros(2), x, reverse=True)[1])

    inside = look(reverse, W[0], X).inside("scan", 0)
    np.testing.assert_allclose(inside.value("slice"), X[-1])
    assert look(reverse, W[0], X).inside("scan", -1).check("carry", 2).error < 1e-6


def test_the_branch_that_was_taken_is_opened() -> None:
    def function(w: Any, x: Any) -> Any:
        return jnp.sum(lax.cond(x[0, 0] > 0, lambda z: jnp.sin(z), lambda z: jnp.exp(z), x @ w))

    inside = look(function, W, X).inside("cond")
    assert inside.title == "cond: branch 2 of 2"
    assert inside.nodes[-1].operation == "sin"
    np.testing.assert_allclose(inside.gradient("matmul"), np.cos(np.asarray(X @ W)), rtol=1e-5)


def test_a_while_loop_is_opened_round_by_round() -> None:
    def doubling(w: Any) -> Any:
        return lax.while_loop(lambda s: s < 100.0, lambda s: s * w, 3.0 * w)

    seen = look(doubling, 2.0)
    assert seen.loss == 192.0
    assert float(seen.gradient("w")) == pytest.approx(3 * 6 * 2.0**5)  # of 3 w^6
    inside = seen.inside("while", -1)
    assert (inside.title, float(inside.value("carry"))) == ("while: round 4 of 5", 96.0)
    assert float(inside.gradient("carry")) == 2.0


def test_a_derivative_of_its_own_is_what_training_uses_and_the_check_tells() -> None:
    @jax.custom_vjp
    def rounded(x: Any) -> Any:
        return jnp.sin(x)

    rounded.defvjp(lambda x: (jnp.sin(x), None), lambda _, gradient: (gradient,))  # straight through

    def function(w: Any) -> Any:
        return jnp.sum(rounded(w) ** 2)

    seen = look(function, W)
    np.testing.assert_allclose(seen.gradient("w"), jax.grad(function)(W), rtol=1e-6)
    np.testing.assert_allclose(seen.gradient("w"), 2 * np.sin(W), rtol=1e-6)
    assert seen.check("w").error > 0.01
    np.testing.assert_allclose(seen.inside("sin").gradient("w"), 2 * np.sin(W) * np.cos(W), rtol=1e-6)


def test_what_cannot_be_opened_is_said(seen: Lens) -> None:
    with pytest.raises(SettingError, match="nothing inside w: it is one operation"):
        seen.inside("w")
    with pytest.raises(SettingError, match=r"makes 3 rounds, 0 to 2\. Got 3"):
        seen.inside("scan", 3)
    relu = look(lambda w: jnp.sum(jax.nn.relu(w)), W)
    with pytest.raises(SettingError, match="is no loop: leave the iteration out"):
        relu.inside(relu.nodes[1], 0)
