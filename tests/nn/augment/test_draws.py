"""Draws follow their distributions."""

import jax
import numpy as np
import pytest

from piste.nn.augment.draws import about, bell, share, whole


@pytest.mark.parametrize("count", [2, 5, 32])
def test_whole_numbers_are_alike_often(count: int) -> None:
    drawn = np.asarray(whole(jax.random.key(0), (20_000,), count))
    share_of = np.bincount(drawn, minlength=count) / 20_000
    assert len(share_of) == count
    assert np.abs(share_of - 1 / count).max() < 4 * np.sqrt(1 / count / 20_000)


def test_shares_are_uniform_inside_their_bounds() -> None:
    drawn = np.sort(np.asarray(share(jax.random.key(0), (20_000,))))
    assert drawn[0] > 0
    assert drawn[-1] < 1
    assert np.abs(drawn - (np.arange(20_000) + 0.5) / 20_000).max() < 1.95 / np.sqrt(20_000)
    around = np.asarray(about(jax.random.key(0), (20_000,), 3.0))
    np.testing.assert_allclose(np.sort(around), 6 * drawn - 3, atol=1e-5)


def test_noise_is_nearly_gaussian() -> None:
    drawn = np.asarray(bell(jax.random.key(0), (400, 500)), np.float64)
    assert abs(drawn.mean()) < 0.01
    assert abs(drawn.std() - 1) < 0.01
    assert abs((drawn**3).mean()) < 0.02
    assert abs((drawn**4).mean() - 2.7) < 0.05
    assert np.abs(drawn).max() < 3.46


def test_noise_does_not_depend_on_its_neighbours_nor_on_the_last_key() -> None:
    drawn = np.asarray(bell(jax.random.key(0), (400, 500)), np.float64)
    other = np.asarray(bell(jax.random.key(1), (400, 500)), np.float64)
    limit = 4 / np.sqrt(drawn.size)
    for shifted in (np.roll(drawn, 1, 0), np.roll(drawn, 1, 1), np.roll(drawn, 7, 1), other, np.roll(other, 1, 1)):
        assert abs((drawn * shifted).mean()) < limit
