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
    found = jax.jit(lambda sizes: draws.bits(KEY, shape, sizes))(sizes)
    np.testing.assert_array_equal(corner(found, live), jax.random.bits(KEY, live, jnp.uint32))
    found = jax.jit(lambda sizes: draws.hashed(KEY, shape, sizes))(sizes)
    np.testing.assert_array_equal(corner(found, live), draws.hashed(KEY, live))
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


def test_hashed_values_do_not_depend_on_their_neighbours_nor_on_the_key() -> None:
    drawn, other = (
        np.asarray(draws.hashed(jax.random.key(seed), (400, 500)), np.float64) / 2**31 - 1 for seed in (0, 1)
    )
    limit = 4 / 3 / np.sqrt(drawn.size)
    for shifted in (np.roll(drawn, 1, 0), np.roll(drawn, 1, 1), np.roll(drawn, 7, 1), other, np.roll(other, 1, 1)):
        assert abs((drawn * shifted).mean()) < limit


def test_every_bit_of_a_hash_is_set_half_of_the_time_and_values_seldom_meet() -> None:
    drawn = np.asarray(draws.hashed(jax.random.key(3), (1 << 16,)))
    bits = (drawn[:, None] >> np.arange(32, dtype=np.uint32)) & 1
    assert np.abs(bits.mean(0) - 0.5).max() < 4 * 0.5 / 256
    assert len(np.unique(drawn)) > (1 << 16) - 10


def test_masks_of_steps_in_a_row_are_independent() -> None:
    keys = [jax.random.fold_in(KEY, step) for step in range(64)]
    kept = np.stack([np.asarray(draws.hashed(key, (64, 64))) >> 16 < 1 << 15 for key in keys]).reshape(64, -1)
    together = np.asarray(np.corrcoef(kept.astype(np.float64)))[np.triu_indices(64, 1)]
    assert np.abs(together).max() < 5 / np.sqrt(kept.shape[1])
    assert together.std() == pytest.approx(1 / np.sqrt(kept.shape[1]), rel=0.1)
    places = np.asarray(np.corrcoef(kept.T.astype(np.float64)[:512]))[np.triu_indices(512, 1)]
    assert places.std() == pytest.approx(1 / np.sqrt(64), rel=0.02)
