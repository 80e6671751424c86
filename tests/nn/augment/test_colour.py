"""Light, contrast and colour against the three formulas written out."""

import jax
import jax.numpy as jnp
import numpy as np

from piste.nn.augment.colour import ColourJitter

PICTURES = np.random.default_rng(0).uniform(0, 1, (300, 4, 5, 3)).astype(np.float32)
KEY, TARGETS = jax.random.key(4), jnp.zeros(300, jnp.int32)


def factors(after: jax.Array, part: np.ndarray) -> np.ndarray:
    """The factor by which `part`, which is linear in the pictures, has changed in each of them; it must be one."""
    ratio = np.asarray(after) / part
    middle = np.median(ratio, (1, 2, 3))
    np.testing.assert_allclose(ratio, np.broadcast_to(middle[:, None, None, None], ratio.shape), rtol=0.02, atol=0.02)
    assert np.abs(np.sort(middle) - (0.8 + 0.4 * (np.arange(300) + 0.5) / 300)).max() < 0.4 * 1.95 / np.sqrt(300)
    return middle


def test_brightness_multiplies_all() -> None:
    after, _ = ColourJitter(0.2, 0.0, 0.0).apply(KEY, jnp.asarray(PICTURES), TARGETS)
    factors(after, PICTURES)


def test_contrast_multiplies_the_distance_from_the_mean() -> None:
    after, _ = ColourJitter(0.0, 0.2, 0.0).apply(KEY, jnp.asarray(PICTURES), TARGETS)
    middle = PICTURES.mean((1, 2, 3), keepdims=True)
    far = np.abs(PICTURES - middle) > 1e-3
    change = np.where(far, np.asarray(after) - middle, 1.0)
    ratio = np.where(far, change / np.where(far, PICTURES - middle, 1.0), np.nan)
    assert (np.nanmax(ratio, (1, 2, 3)) - np.nanmin(ratio, (1, 2, 3))).max() < 1e-2
    assert np.nanmin(ratio) > 0.79
    assert np.nanmax(ratio) < 1.21


def test_saturation_keeps_the_grey_of_each_pixel() -> None:
    after, _ = ColourJitter(0.0, 0.0, 0.5).apply(KEY, jnp.asarray(PICTURES), TARGETS)
    np.testing.assert_allclose(np.mean(after, 3), PICTURES.mean(3), atol=1e-5)
    spread = np.asarray(after).std(3) / PICTURES.std(3)
    assert np.ptp(spread, (1, 2)).max() < 0.02
    assert spread.min() < 0.6
    assert spread.max() > 1.4


def test_grey_pictures_have_no_colour_to_change() -> None:
    grey = jnp.asarray(PICTURES[..., :1])
    after, _ = ColourJitter(0.0, 0.0, 0.9).apply(KEY, grey, TARGETS)
    np.testing.assert_allclose(after, grey, atol=1e-6)


def test_bytes_stay_between_black_and_white() -> None:
    stored = jnp.asarray(PICTURES * 255, jnp.uint8)
    after, _ = ColourJitter(0.9, 0.9, 0.9).apply(KEY, stored, TARGETS)
    assert after.dtype == jnp.uint8
    exact, _ = ColourJitter(0.9, 0.9, 0.9).apply(KEY, stored.astype(jnp.float32), TARGETS)
    np.testing.assert_allclose(after, np.clip(exact, 0, 255), atol=0.51)
