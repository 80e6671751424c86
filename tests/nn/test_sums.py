import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.nn.sums import add_bias, apart, over_places


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4).map(tuple))
def test_the_sum_over_places_is_numpys(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    np.testing.assert_allclose(over_places(jnp.asarray(values)), values.reshape(-1, shape[-1]).sum(axis=0), atol=1e-5)


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 4, 3), (2, 4, 5, 3)])
@pytest.mark.parametrize("sign", [1, -1])  # of the value that picks the branch
def test_the_gradient_of_a_bias_is_the_sum_of_what_comes_back(shape: tuple[int, ...], sign: int) -> None:
    generator = np.random.default_rng(1)
    outputs, upstream = generator.normal(size=shape), sign * np.abs(generator.normal(size=shape))
    moved, back = jax.vjp(add_bias, jnp.asarray(outputs, jnp.float32), jnp.arange(3.0))
    np.testing.assert_allclose(moved, outputs + np.arange(3), atol=1e-6)
    of_outputs, of_bias = back(jnp.asarray(upstream, jnp.float32))
    np.testing.assert_allclose(of_outputs, upstream, rtol=1e-6)
    np.testing.assert_allclose(of_bias, upstream.reshape(-1, 3).sum(axis=0), rtol=1e-5)


def test_what_is_computed_apart_does_not_take_its_operands_in() -> None:
    def merged(values: jax.Array) -> jax.Array:
        return apart(over_places, jnp.where(values > 0, values * 2, 0))

    text = jax.jit(merged).lower(jnp.ones((64, 28, 28, 32))).compile().as_text() or ""
    summing = [line for line in text.splitlines() if "reduce(" in line]
    assert summing
    assert "conditional(" in text
    assert not [block for block in text.split("\n\n") if "reduce(" in block and "select(" in block]
