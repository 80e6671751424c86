import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.nn import draws

KEY = jax.random.key(7)
SHAPES = [((5, 8), (5, 8)), ((5, 8), (5, 3)), ((4, 6, 8), (4, 2, 5)), ((3, 2, 4, 8), (3, 2, 1, 7)), ((9,), (1,))]


def corner(values: jax.Array, live: tuple[int, ...]) -> np.ndarray:
    return np.asarray(values)[tuple(map(slice, live))]


@pytest.mark.parametrize(("shape", "live"), SHAPES)
def test_the_corner_has_the_draws_of_the_live_shape(shape: tuple[int, ...], live: tuple[int, ...]) -> None:
    sizes = tuple(map(jnp.int32, live))
    for dtype in (jnp.uint16, jnp.uint32):
        found = jax.jit(lambda sizes, dtype=dtype: draws.bits(KEY, shape, sizes, dtype))(sizes)
        np.testing.assert_array_equal(corner(found, live), jax.random.bits(KEY, live, dtype))
    found = jax.jit(lambda sizes: draws.uniform(KEY, shape, sizes, -0.3, 0.7))(sizes)
    expected = jax.jit(lambda key: jax.random.uniform(key, live, jnp.float32, -0.3, 0.7))(KEY)
    np.testing.assert_allclose(corner(found, live), expected, rtol=0, atol=6e-8)  # the last product may be fused
    found = jax.jit(lambda sizes: draws.truncated_normal(KEY, shape, sizes))(sizes)
    expected = jax.jit(lambda key: jax.random.truncated_normal(key, -2.0, 2.0, live, jnp.float32))(KEY)
    np.testing.assert_allclose(corner(found, live), expected, rtol=3e-7)


def test_inside_is_the_corner() -> None:
    found = np.asarray(draws.inside((3, 4), (jnp.int32(2), 3)))
    assert found.sum() == 6
    assert found[:2, :3].all()
