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
TALL = [((1, 1), kind, kernel, (13, 7)) for kind in ("same", "valid") for kernel in ((3, 3), (5, 2), (2, 4))]


@pytest.mark.parametrize(
    ("stride", "kind", "kernel", "size", "features"), [(*case, 3) for case in CASES] + [(*case, 64) for case in TALL]
)
def test_values_and_gradients_equal_those_of_automatic_differentiation(
    stride: tuple[int, int], kind: str, kernel: tuple[int, int], size: tuple[int, int], features: int
) -> None:
    draw = np.random.default_rng(0)
    inputs = jnp.asarray(draw.normal(size=(6, *size, features)), jnp.float32)
    weight = jnp.asarray(draw.normal(size=(*kernel, features, 4)), jnp.float32)
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


@pytest.mark.parametrize(("platform", "loops", "products"), [("cpu", 1, 2), ("cuda", 0, 3)])
def test_only_a_cpu_goes_through_the_pictures_piece_by_piece(platform: str, loops: int, products: int) -> None:
    # Lowered only, so that it needs no accelerator.
    def slopes(x: jax.Array, w: jax.Array) -> tuple[jax.Array, jax.Array]:
        outputs, pull = jax.vjp(lambda x, w: convolve(x, w, (1, 1), ((1, 1), (1, 1))), x, w)
        return pull(outputs)

    shapes = jnp.zeros((64, 16, 16, 64)), jnp.zeros((3, 3, 64, 32))
    program = jax.jit(slopes).trace(*shapes).lower(lowering_platforms=(platform,)).as_text()
    assert program.count("stablehlo.while") == loops
    assert program.count("stablehlo.convolution") == products
