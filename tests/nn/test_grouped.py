"""Convolutions with groups and dilation, rewritten as plain ones, against the compiler's own."""

from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from piste.nn.grouped import convolve_any, convolve_transposed

LAYOUT = ("NHWC", "HWIO", "NHWC")
CASES = [
    ((1, 1), ((1, 1), (1, 1)), (1, 1), 4),
    ((2, 1), ((0, 1), (2, 0)), (1, 1), 24),
    ((1, 1), ((2, 2), (2, 2)), (2, 2), 1),
    ((2, 3), ((0, 0), (3, 1)), (2, 3), 2),
    ((3, 1), ((4, 0), (0, 0)), (3, 1), 48),
]


@pytest.mark.parametrize(("stride", "pads", "dilation", "groups"), CASES)
def test_values_and_gradients_are_those_of_the_compiler(stride: Any, pads: Any, dilation: Any, groups: int) -> None:
    draw = np.random.default_rng(0)
    inputs = draw.normal(size=(2, 8, 9, 48)).astype(np.float32)
    weight = draw.normal(size=(3, 2, 48 // groups, 48)).astype(np.float32)

    def plain(x: jax.Array, w: jax.Array) -> jax.Array:
        settings: dict[str, Any] = {"rhs_dilation": dilation, "feature_group_count": groups}
        return lax.conv_general_dilated(x, w, stride, pads, dimension_numbers=LAYOUT, **settings)

    @jax.jit
    def both(x: jax.Array, w: jax.Array) -> Any:
        expected, pull = jax.vjp(plain, x, w)
        got, our_pull = jax.vjp(lambda x, w: convolve_any(x, w, stride, pads, dilation, groups), x, w)
        upstream = jnp.cos(jnp.arange(expected.size, dtype=jnp.float32)).reshape(expected.shape)
        return (got, *our_pull(upstream)), (expected, *pull(upstream))

    for mine, theirs in zip(*both(inputs, weight), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=2e-4)


@pytest.mark.parametrize(("stride", "crops"), list(product([(1, 1), (2, 3)], [((0, 0), (0, 0)), ((1, 0), (-1, 2))])))
def test_the_transposed_convolution_is_the_adjoint(stride: Any, crops: Any) -> None:
    """<conv(y), x> = <y, transposed(x)> for all x and y, cropping being padding seen from the other side."""
    draw = np.random.default_rng(0)
    inputs, weight = draw.normal(size=(2, 4, 3, 5)), draw.normal(size=(3, 2, 5, 6))
    with jax.enable_x64(True):
        larger = convolve_transposed(jnp.asarray(inputs), jnp.asarray(weight), stride, crops)
        other = draw.normal(size=larger.shape)
        back = lax.conv_general_dilated(
            jnp.asarray(other), jnp.asarray(weight.transpose(0, 1, 3, 2)), stride, crops, dimension_numbers=LAYOUT
        )
        assert back.shape == inputs.shape
        np.testing.assert_allclose(np.sum(np.asarray(back) * inputs), np.sum(np.asarray(larger) * other), rtol=1e-10)


@pytest.mark.parametrize(("groups", "dilation"), [(8, (1, 1)), (64, (1, 1)), (1, (2, 2))])
def test_every_product_in_a_loop_is_one_the_compiler_has_a_fast_kernel_for(groups: int, dilation: Any) -> None:
    """Plain convolutions in the layout B H W F, without groups or dilation: all others are many times slower."""

    def objective(x: jax.Array, w: jax.Array) -> jax.Array:
        return jnp.sum(jnp.square(convolve_any(x, w, (1, 1), ((1, 1), (1, 1)), dilation, groups)))

    def steps(x: jax.Array, w: jax.Array) -> Any:
        def step(_: Any, carry: Any) -> Any:
            slopes = jax.grad(objective, (0, 1))(*carry)
            return jax.tree.map(lambda value, slope: value - 1e-3 * slope, carry, slopes)

        return lax.fori_loop(0, 3, step, (x, w))

    shapes = jnp.zeros((4, 8, 8, 64)), jnp.zeros((3, 3, 64 // groups, 64))
    jax.config.update("jax_disable_most_optimizations", False)
    lines = str(jax.jit(steps).lower(*shapes).compile().as_text()).splitlines()
    convolutions = [line.split(", metadata")[0] for line in lines if " convolution(" in line]
    assert convolutions
    for line in convolutions:
        assert "dim_labels=b01f_01io->b01f" in line
        assert "feature_group_count" not in line
        assert "batch_group_count" not in line
        assert "hs_dilate" not in line
