"""Turned pictures against SciPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import ndimage

from piste.nn.augment.rotate import Rotate, turned

PICTURES = np.random.default_rng(0).uniform(0, 255, (6, 9, 12, 2)).astype(np.float32)
DEGREES = np.array([0.0, 7.0, -13.0, 45.0, 90.0, 180.0], np.float32)


def test_angles_and_values_are_those_of_scipy() -> None:
    after = turned(jnp.asarray(PICTURES), jnp.deg2rad(jnp.asarray(DEGREES)))
    for one, before, degrees in zip(after, PICTURES, DEGREES, strict=True):
        expected = ndimage.rotate(before, degrees, (0, 1), reshape=False, order=1, mode="nearest")
        np.testing.assert_allclose(one, expected, atol=0.02)


def test_outside_is_filled_where_scipy_fills() -> None:
    fill = jnp.asarray([-1000.0, -2000.0])
    after = turned(jnp.asarray(PICTURES), jnp.deg2rad(jnp.asarray(DEGREES)), fill)
    for one, before, degrees in zip(after[1:4], PICTURES[1:4], DEGREES[1:4], strict=True):
        # SciPy of the nearest pixel fills from half a pixel beyond the edge on, too.
        for channel in range(2):
            expected = ndimage.rotate(
                before[..., channel], degrees, reshape=False, order=0, mode="grid-constant", cval=float(fill[channel])
            )
            np.testing.assert_array_equal(one[..., channel] == fill[channel], expected == fill[channel])


def test_bytes_are_the_rounded_values_of_floats() -> None:
    stored = PICTURES.astype(np.uint8)
    angles = jnp.deg2rad(jnp.asarray(DEGREES))
    after = turned(jnp.asarray(stored), angles)
    assert after.dtype == jnp.uint8
    exact = np.asarray(turned(jnp.asarray(stored, jnp.float32), angles))
    assert np.abs(np.asarray(after, np.float32) - exact).max() <= 0.5 + 1e-3


@pytest.mark.parametrize("fill", ["edge", "mean"])
def test_angles_are_uniform_up_to_the_limit(fill: str) -> None:
    # A line through the middle, turned, meets the right border at a height that tells the angle.
    slope = np.broadcast_to(np.arange(21, dtype=np.float32)[:, None], (500, 21, 21))[..., None] - 10.0
    rotate = Rotate(20.0) if fill == "edge" else Rotate(20.0, "mean", (0.0,))
    after, _ = rotate.apply(jax.random.key(2), jnp.asarray(slope), jnp.zeros(500))
    sine = np.asarray(after)[:, 10, 15, 0] / 5.0  # the middle row, five pixels right of the middle
    angles = np.sort(np.rad2deg(np.arcsin(sine)))
    expected = (np.arange(500) + 0.5) / 500 * 40 - 20
    assert np.abs(angles - expected).max() < 40 * 1.95 / np.sqrt(500)  # Kolmogorov and Smirnov, one in a thousand
