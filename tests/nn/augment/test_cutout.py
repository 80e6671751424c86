"""Boxes cover what they should."""

import jax
import jax.numpy as jnp
import numpy as np

from piste.nn.augment.cutout import Cutout, boxes

WHITE = np.full((300, 10, 20, 2), 200, np.uint8)


def test_each_picture_has_one_box_of_the_mean_cut_off_at_the_border() -> None:
    after, _ = jax.jit(Cutout(0.4, (5.0, 7.0)).apply)(jax.random.key(0), WHITE, jnp.zeros(300))
    middles = []
    for one in np.asarray(after):
        hidden = one[..., 0] == 5
        np.testing.assert_array_equal(hidden, one[..., 1] == 7)
        np.testing.assert_array_equal(one[~hidden], 200)
        rows, columns = np.flatnonzero(hidden.any(1)), np.flatnonzero(hidden.any(0))
        np.testing.assert_array_equal(hidden, np.isin(np.arange(10), rows)[:, None] & np.isin(np.arange(20), columns))
        assert np.ptp(rows) == len(rows) - 1
        assert np.ptp(columns) == len(columns) - 1
        assert len(rows) == 4 or rows[0] == 0 or rows[-1] == 9
        assert len(columns) == 8 or columns[0] == 0 or columns[-1] == 19
        middles.append(rows[0] + 2 if rows[0] else rows[-1] - 1)
    assert set(middles) == set(range(10))


def test_the_mean_of_the_batch_covers_where_none_is_given() -> None:
    pictures = np.random.default_rng(0).uniform(0, 255, (50, 6, 6, 1)).astype(np.float32)
    after, _ = Cutout(0.5).apply(jax.random.key(0), jnp.asarray(pictures), jnp.zeros(50))
    changed = np.asarray(after)[np.asarray(after) != pictures]
    np.testing.assert_allclose(changed, pictures.mean(), rtol=1e-5)


def test_a_box_of_the_whole_side_covers_the_middle() -> None:
    rows, columns = boxes(jax.random.key(0), (100, 8, 8, 1), jnp.ones((100, 1)))
    assert np.asarray(rows)[:, 3:5].any(1).all()
    assert np.asarray(columns).sum(1).max() == 8
