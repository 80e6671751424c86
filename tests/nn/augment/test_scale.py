"""Scaled and cropped pictures against SciPy, and windows against NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import ndimage

from piste.nn.augment.resample import resampled, weights
from piste.nn.augment.scale import Crop, Scale, window

PICTURES = np.random.default_rng(0).uniform(0, 255, (5, 9, 12, 2)).astype(np.float32)
TARGETS = np.arange(5, dtype=np.int32)


def test_resampling_is_linear_interpolation_along_both_axes() -> None:
    draw = np.random.default_rng(1)
    rows = draw.uniform(-2, 11, (5, 7)).astype(np.float32)
    columns = draw.uniform(-2, 14, (5, 8)).astype(np.float32)
    seen = resampled(jnp.asarray(PICTURES), weights(jnp.asarray(rows), 9), weights(jnp.asarray(columns), 12))
    for index in range(5):
        grid = np.meshgrid(rows[index], columns[index], indexing="ij")
        for channel in range(2):
            expected = ndimage.map_coordinates(PICTURES[index, ..., channel], grid, order=1, mode="nearest")
            np.testing.assert_allclose(seen[index, ..., channel], expected, atol=0.01)


def test_whole_places_give_the_pixels_themselves() -> None:
    same = weights(jnp.arange(9, dtype=jnp.float32)[None, :].repeat(5, 0), 9)
    turned = weights(jnp.arange(11, -1, -1, dtype=jnp.float32)[None, :].repeat(5, 0), 12)
    np.testing.assert_array_equal(resampled(jnp.asarray(PICTURES), same, turned), PICTURES[:, :, ::-1])


def ramp(count: int) -> jax.Array:
    return jnp.broadcast_to((jnp.arange(21.0) - 10.0)[None, :, None, None], (count, 21, 21, 1))


def test_factors_are_uniform_about_one() -> None:
    after, _ = jax.jit(Scale(0.3).apply)(jax.random.key(5), ramp(500), jnp.zeros(500))
    factors = np.sort(5.0 / np.asarray(after)[:, 15, 10, 0])  # five pixels below the middle
    expected = 0.7 + 0.6 * (np.arange(500) + 0.5) / 500
    assert np.abs(factors - expected).max() < 0.6 * 1.95 / np.sqrt(500)


def test_room_beside_a_smaller_picture_is_filled() -> None:
    edge, _ = Scale(0.9).apply(jax.random.key(5), ramp(200), jnp.zeros(200))
    mean, _ = Scale(0.9, "mean", (50.0,)).apply(jax.random.key(5), ramp(200), jnp.zeros(200))
    factors = 1.0 / np.asarray(edge)[:, 11, 10, 0]
    small = factors < 0.8
    np.testing.assert_allclose(np.asarray(edge)[small][:, 0, 10, 0], -10.0)
    np.testing.assert_allclose(np.asarray(mean)[small][:, 0, 10, 0], 50.0)
    np.testing.assert_allclose(np.asarray(mean)[~small][:, 11, 10], np.asarray(edge)[~small][:, 11, 10], atol=1e-4)


def test_a_window_begins_and_ends_where_it_should() -> None:
    part, start = jnp.asarray([[0.5], [0.5], [1.0]]), jnp.asarray([[0.0], [1.0], [0.3]])
    places = window(11, part, start) @ jnp.arange(11.0)
    np.testing.assert_allclose(places[0], np.linspace(0, 5, 11), atol=1e-5)
    np.testing.assert_allclose(places[1], np.linspace(5, 10, 11), atol=1e-5)
    np.testing.assert_allclose(places[2], np.arange(11.0), atol=1e-5)


@pytest.mark.parametrize("smallest", [0.3, 0.9])
def test_crops_are_windows_of_all_sizes_inside_the_picture(smallest: float) -> None:
    after, _ = Crop(smallest).apply(jax.random.key(0), ramp(500), jnp.zeros(500))
    first, last = np.asarray(after)[:, 0, 0, 0], np.asarray(after)[:, -1, 0, 0]
    assert first.min() >= -10.0
    assert last.max() <= 10.0
    sides = np.sort((last - first) / 20)
    expected = smallest + (1 - smallest) * (np.arange(500) + 0.5) / 500
    assert np.abs(sides - expected).max() < (1 - smallest) * 1.95 / np.sqrt(500)
