"""The sweep agrees with jax.grad for weights, and with differences of the loss in float64 for every node there is."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from piste.core.keys import generator
from piste.lens.look import look
from piste.nn.activations import ACTIVATIONS
from piste.nn.convolve import convolve

DRAW = generator(0, "lens", "tests")
ROWS = jnp.asarray(DRAW.normal(size=(3, 4)), jnp.float32)
PICTURES = jnp.asarray(DRAW.normal(size=(2, 6, 6, 2)), jnp.float32)
SQUARE = jnp.asarray(DRAW.normal(size=(4, 4)) / 2, jnp.float32)
KERNEL = jnp.asarray(DRAW.normal(size=(3, 3, 2, 3)) / 3, jnp.float32)
LAYOUT = ("NHWC", "HWIO", "NHWC")


def batch_norm(w: Any, x: Any) -> Any:
    z = x @ w
    return jnp.mean(jnp.tanh((z - z.mean(0)) * lax.rsqrt(z.var(0) + 1e-3)) ** 3)


def attention(w: Any, x: Any) -> Any:
    query, key, value = x @ w, x @ w.T, x * 2
    return jnp.mean((jax.nn.softmax(query @ key.T / 2, axis=-1) @ value) ** 2)


def convolution(w: Any, x: Any) -> Any:
    maps = lax.conv_general_dilated(x, w, (1, 1), "SAME", dimension_numbers=LAYOUT)
    pooled = lax.reduce_window(maps, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return jnp.mean(jax.nn.softplus(pooled))


def own_convolution(w: Any, x: Any) -> Any:
    return jnp.mean(jnp.tanh(convolve(x, w, (1, 1), ((1, 1), (1, 1)))))


def loop(w: Any, x: Any) -> Any:
    def step(state: Any, row: Any) -> Any:
        new = jnp.tanh(state @ w + row)
        return new, new[0]

    state, seen = lax.scan(step, jnp.zeros(4, w.dtype), x)
    return jnp.sum(state**2) + jnp.mean(seen)


def backwards_loop(w: Any, x: Any) -> Any:
    return jnp.mean(lax.scan(lambda s, row: (jnp.sin(s @ w) + row, s), x[0], x, reverse=True)[1] ** 2)


def branch(w: Any, x: Any) -> Any:
    z = x @ w
    return jnp.mean(lax.cond(jnp.sum(z) > 0, jnp.sin, lambda one: one * one, z))


def switch(w: Any, x: Any) -> Any:
    return jnp.mean(lax.switch(jnp.int32(1), [jnp.sin, jnp.cos, jnp.exp], x @ w))


def until(w: Any, x: Any) -> Any:
    return jnp.mean(lax.while_loop(lambda s: jnp.sum(s**2) < 50, lambda s: s @ w * 2 + x, x))


def counted(w: Any, x: Any) -> Any:
    return jnp.mean(lax.fori_loop(0, 3, lambda i, s: jnp.tanh(s @ w), x) ** 2)


def indexed(w: Any, x: Any) -> Any:
    rows = jnp.sort(x[jnp.asarray([0, 2, 2])] @ w, axis=-1)[:, 1:]
    return jnp.mean(rows.at[0].add(1.0) ** 3) + jnp.linalg.norm(rows) + jnp.cumsum(rows.ravel())[3]


def transformed(w: Any, x: Any) -> Any:
    bands = jnp.abs(jnp.fft.rfft(x @ w))
    return jnp.mean(jnp.log1p(bands)) + jnp.linalg.slogdet(w @ w.T + jnp.eye(4, dtype=w.dtype))[1]


def remembered(w: Any, x: Any) -> Any:
    return jnp.mean(jax.checkpoint(lambda w, x: jnp.exp(jnp.sin(x @ w)))(w, x))


def stacked(w: Any, x: Any) -> Any:
    parts = jnp.split(jnp.concatenate([x @ w, jnp.abs(x)], axis=1), 4, axis=1)
    return jnp.max(parts[0]) + jnp.prod(jax.nn.sigmoid(parts[1])) + jnp.sum(jnp.where(parts[2] > 0, parts[3], 1.0))


ROW_FUNCTIONS = [
    batch_norm, attention, loop, backwards_loop, branch, switch, counted, indexed, transformed, remembered, stacked,
]  # fmt: skip


@pytest.mark.parametrize("function", ROW_FUNCTIONS, ids=lambda one: one.__name__)
def test_weights_have_the_gradients_of_jax_and_nodes_those_of_differences(function: Callable[..., Any]) -> None:
    agrees(function, SQUARE, ROWS)


@pytest.mark.parametrize("function", [convolution, own_convolution], ids=lambda one: one.__name__)
def test_convolutions_too(function: Callable[..., Any]) -> None:
    agrees(function, KERNEL, PICTURES)


def test_a_loop_without_a_known_end_has_gradients_that_jax_does_not_give() -> None:
    with pytest.raises(ValueError, match="Reverse-mode"):
        jax.grad(until)(SQUARE, ROWS)
    seen = look(until, SQUARE, ROWS)
    assert seen.check("w").error < 1e-6
    assert seen.check("while").error < 1e-6


def test_every_activation() -> None:
    def function(w: Any, x: Any) -> Any:
        return sum(jnp.mean(activation(x @ w) ** 2) for activation in ACTIVATIONS.values())

    seen = look(function, SQUARE, ROWS)
    np.testing.assert_allclose(seen.gradient("w"), jax.grad(function)(SQUARE, ROWS), rtol=2e-5, atol=1e-7)
    assert seen.check("w").error < 1e-6


def agrees(function: Callable[..., Any], weight: jax.Array, rows: jax.Array) -> None:
    seen = look(function, weight, rows)
    assert seen.loss == pytest.approx(float(function(weight, rows)), rel=1e-6)
    expected = np.asarray(jax.grad(function)(weight, rows))
    found = seen.gradient("w")
    assert found is not None
    assert np.linalg.norm(found - expected) <= 1e-6 * np.linalg.norm(expected)
    reached = [one for one in seen.nodes if seen.gradient(one) is not None and np.any(seen.gradient(one))]
    real = [one for one in reached if np.isrealobj(seen.value(one))]
    for node in real[1 :: max(len(real) // 2, 1)]:
        check = seen.check(node, 2)
        assert check.error < 1e-6 or check.kink, check
