"""Swapped columns come from other examples, together where they belong together."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from piste.core.errors import SettingError
from piste.nn.augment.swap import SwapNoise

COUNT, COLUMNS = 400, 6
# Each value tells its row and its column.
TABLE = (np.arange(COUNT)[:, None] * 10.0 + np.arange(COLUMNS)[None, :]).astype(np.float32)


def test_the_share_of_values_comes_from_any_other_row_of_the_same_column() -> None:
    after, _ = jax.jit(SwapNoise(0.3).apply)(jax.random.key(0), TABLE, jnp.zeros(COUNT))
    np.testing.assert_array_equal(np.asarray(after) % 10, TABLE % 10)
    moved = np.asarray(after) != TABLE
    values = COUNT * COLUMNS
    assert abs(moved.mean() - 0.3 * (1 - 1 / COUNT)) < 4 * np.sqrt(0.21 / values)
    rows = np.sort(np.asarray(after)[moved] // 10)
    expected = (np.arange(len(rows)) + 0.5) / len(rows) * COUNT
    assert np.abs(rows - expected).max() < 1.95 / np.sqrt(len(rows)) * COUNT


def test_inputs_of_one_column_are_swapped_together() -> None:
    after, _ = SwapNoise(0.5, (0, 0, 0, 1, 2, 2)).apply(jax.random.key(0), jnp.asarray(TABLE), jnp.zeros(COUNT))
    rows = np.asarray(after) // 10
    np.testing.assert_array_equal(rows[:, 0], rows[:, 2])
    np.testing.assert_array_equal(rows[:, 4], rows[:, 5])
    assert (rows[:, 0] != rows[:, 3]).any()


def test_groups_for_other_inputs_are_refused() -> None:
    with pytest.raises(SettingError, match=r"a group for each of 6 inputs\. Got 2 instead"):
        SwapNoise(0.5, (0, 1)).apply(jax.random.key(0), jnp.asarray(TABLE), jnp.zeros(COUNT))
