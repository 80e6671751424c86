"""Moved pictures against padding and slicing in NumPy, and the draws of the moves."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.augment.shift import Shift

TARGETS = jnp.arange(400)


def pictures(dtype: type, count: int = 400) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 7, 5, 2)).astype(dtype)


def moves(before: np.ndarray, after: np.ndarray, reach: int, padded: np.ndarray) -> list[tuple[int, int]]:
    """The move of each picture, found by trying all windows of the padded pictures; one of them must fit exactly."""
    height, width = before.shape[1:3]
    found = []
    for one, whole in zip(after, padded, strict=True):
        fits = [
            (row - reach, column - reach)
            for row in range(2 * reach + 1)
            for column in range(2 * reach + 1)
            if np.array_equal(whole[row : row + height, column : column + width], one)
        ]
        assert len(fits) == 1
        found.append(fits[0])
    return found


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_move_is_a_window_of_the_picture_with_its_edge_repeated(dtype: type) -> None:
    before = pictures(dtype)
    after, targets = jax.jit(Shift(2).apply)(jax.random.key(1), before, TARGETS)
    assert after.dtype == dtype
    np.testing.assert_array_equal(targets, TARGETS)
    padded = np.pad(before, ((0, 0), (2, 2), (2, 2), (0, 0)), mode="edge")
    drawn = moves(before, np.asarray(after), 2, padded)
    counts = np.zeros((5, 5))
    for row, column in drawn:
        counts[row + 2, column + 2] += 1
    # Chi-square of 25 equal cells: 24 degrees of freedom, beyond 51.2 once in a thousand.
    assert float(np.sum((counts - 16.0) ** 2) / 16.0) < 51.2


def test_what_comes_in_can_be_the_mean_of_each_channel() -> None:
    before = pictures(np.float32)
    after, _ = Shift(1, "mean", (7.0, 9.0)).apply(jax.random.key(1), jnp.asarray(before), TARGETS)
    padded = np.pad(before, ((0, 0), (1, 1), (1, 1), (0, 0)))
    outside = np.pad(np.zeros_like(before), ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=1)
    padded = padded + outside * np.array([7.0, 9.0], np.float32)
    assert len(set(moves(before, np.asarray(after), 1, padded))) == 9


def test_the_mean_of_the_batch_fills_where_none_is_given() -> None:
    before = pictures(np.float32)
    given = tuple(float(one) for one in before.mean((0, 1, 2)))
    own, _ = Shift(2, "mean").apply(jax.random.key(1), jnp.asarray(before), TARGETS)
    expected, _ = Shift(2, "mean", given).apply(jax.random.key(1), jnp.asarray(before), TARGETS)
    np.testing.assert_allclose(own, expected, rtol=1e-5)


def test_a_mean_of_another_number_of_channels_is_refused() -> None:
    with pytest.raises(SettingError, match=r"one number per channel, 2\. Got 1 instead"):
        Shift(2, "mean", (1.0,)).apply(jax.random.key(0), jnp.asarray(pictures(np.uint8)), TARGETS)


def test_a_move_of_nothing_is_refused() -> None:
    with pytest.raises(SettingError, match=r"Shift: The 'pixels' setting must be a whole number in \[1, 1000\]"):
        Shift(0)
