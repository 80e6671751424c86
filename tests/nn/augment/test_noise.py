"""Noise has the strength it says."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.nn.augment.noise import Noise


@pytest.mark.parametrize("shape", [(500, 8), (50, 10, 8), (20, 14, 14, 3)], ids=["table", "sequences", "pictures"])
def test_floats_move_by_the_strength(shape: tuple[int, ...]) -> None:
    before = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    after, _ = Noise(0.3).apply(jax.random.key(0), jnp.asarray(before), jnp.zeros(shape[0]))
    change = np.asarray(after) - before
    assert abs(change.std() - 0.3) < 0.02
    assert abs(change.mean()) < 0.02


def test_bytes_move_by_a_share_of_their_range_and_stay_in_it() -> None:
    middle = np.full((20, 30, 30, 3), 128, np.uint8)
    after, _ = Noise(0.1).apply(jax.random.key(0), jnp.asarray(middle), jnp.zeros(20))
    assert after.dtype == jnp.uint8
    assert abs(np.asarray(after, np.float64).std() - 25.5) < 0.5
    dark, _ = Noise(0.1).apply(jax.random.key(0), jnp.asarray(middle * 0), jnp.zeros(20))
    assert 0.45 < float(np.mean(np.asarray(dark) == 0)) < 0.55
