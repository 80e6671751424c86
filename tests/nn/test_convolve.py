"""Convolution and its hand-written gradients, against the compiler's own automatic differentiation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from piste.nn.convolve import convolve, padding

CASES = [
    (stride, kind, kernel, size)
    for stride in ((1, 1), (2, 2), (2, 1), (3, 3))
    for kind in ("same", "valid")
    for kernel in ((3, 3), (1, 1), (5, 2), (2, 2))
    for size in ((8, 9), (7, 6))
]


@pytest.mark.parametrize(("stride", "kind", "kernel", "size"), CASES)
def test_values_and_gradients_equal_those_of_automatic_differentiation(
    stride: tuple[int, int], kind: str, kernel: tuple[int, int], size: tuple[int, int]
) -> None:
    draw = np.random.default_rng(0)
    inputs = jnp.asarray(draw.normal(size=(6, *size, 3)), jnp.float32)
    weight = jnp.asarray(draw.normal(size=(*kernel, 3, 4)), jnp.float32)
    pads = padding(kind, size, kernel, stride)

    def plain(x: jax.Array, w: jax.Array) -> jax.Array:
        return lax.conv_general_dilated(x, w, stride, pads, dimension_numbers=("NHWC", "HWIO", "NHWC"))

    def ours(x: jax.Array, w: jax.Array) -> jax.Array:
        return convolve(x, w, stride, pads)

    expected, pull = jax.vjp(plain, inputs, weight)
    got, our_pull = jax.vjp(ours, inputs, weight)
    upstream = jnp.asarray(draw.normal(size=expected.shape), jnp.float32)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    for mine, theirs in zip(our_pull(upstream), pull(upstream), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-4)
