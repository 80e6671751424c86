"""Convolution of sequences as a product of windows against the compiler's own, forward and backward."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jax import lax

from piste.nn import convolve_steps as module
from piste.nn.convolve_steps import convolve_steps


def by_the_compiler(
    inputs: jax.Array, weight: jax.Array, stride: int, pads: tuple[int, int], dilation: int
) -> jax.Array:
    return lax.conv_general_dilated(
        inputs, weight, (stride,), (pads,), rhs_dilation=(dilation,), dimension_numbers=("NWC", "WIO", "NWC")
    )


@given(
    st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.tuples(st.integers(0, 3), st.integers(0, 3)),
    st.sampled_from([0, 1 << 22]),
)  # fmt: skip
def test_values_and_gradients(size: int, stride: int, dilation: int, pads: tuple[int, int], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_WINDOW_VALUES", most)  # 0: as pictures one row high
        generator = np.random.default_rng(0)
        inputs = jnp.asarray(generator.normal(size=(2, 13, 3)), jnp.float32)
        weight = jnp.asarray(generator.normal(size=(size, 3, 4)), jnp.float32)
        ours, back = jax.vjp(lambda x, w: convolve_steps(x, w, stride, pads, dilation), inputs, weight)
        theirs, expected = jax.vjp(lambda x, w: by_the_compiler(x, w, stride, pads, dilation), inputs, weight)
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
        upstream = jnp.asarray(generator.normal(size=ours.shape), jnp.float32)
        for one, other in zip(back(upstream), expected(upstream), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-3)
