import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.nn.small_products import product

SIZES = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6))


@given(SIZES)
def test_product_and_gradients_are_numpys(sizes: tuple[int, int, int]) -> None:
    rows, features, units = sizes
    draw = np.random.default_rng(0).normal
    inputs, weight, upstream = draw(size=(rows, features)), draw(size=(features, units)), draw(size=(rows, units))
    outputs, back = jax.vjp(product, jnp.asarray(inputs, jnp.float32), jnp.asarray(weight, jnp.float32))
    of_inputs, of_weight = back(jnp.asarray(upstream, jnp.float32))
    np.testing.assert_allclose(outputs, inputs @ weight, atol=1e-5)
    np.testing.assert_allclose(of_inputs, upstream @ weight.T, atol=1e-5)
    np.testing.assert_allclose(of_weight, inputs.T @ upstream, atol=1e-5)


def test_curvature_can_be_asked_for() -> None:
    inputs, weight = jnp.asarray([[1.0, 2.0], [3.0, -1.0]]), jnp.asarray([[0.5], [1.0]])
    hessian = jax.hessian(lambda weight: jnp.sum(product(inputs, weight) ** 2))(weight)
    np.testing.assert_allclose(np.reshape(hessian, (2, 2)), 2 * np.asarray(inputs.T @ inputs), rtol=1e-6)


def test_many_at_once_are_as_each_alone() -> None:
    draw = np.random.default_rng(0).normal
    inputs, weights = jnp.asarray(draw(size=(3, 4, 2))), jnp.asarray(draw(size=(3, 2, 5)))

    def slope(inputs: jax.Array, weight: jax.Array) -> jax.Array:
        return jax.grad(lambda weight: jnp.sum(product(inputs, weight) ** 3))(weight)

    together = jax.vmap(slope)(inputs, weights)
    alone = jnp.stack([slope(one, weight) for one, weight in zip(inputs, weights, strict=True)])
    np.testing.assert_allclose(together, alone, rtol=1e-5)


@pytest.mark.parametrize(("rows", "turned"), [(32, True), (4096, False)])
def test_only_small_products_turn_their_inputs(rows: int, turned: bool) -> None:
    def slope(inputs: jax.Array, weight: jax.Array) -> jax.Array:
        return jax.grad(lambda weight: jnp.sum(product(inputs, weight) ** 2))(weight)

    text = jax.jit(slope).lower(jnp.ones((rows, 64)), jnp.ones((64, 32))).as_text()
    assert ("optimization_barrier" in text) is turned
