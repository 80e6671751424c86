"""Flags as inputs."""

import numpy as np

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.flag import fit_flag


def column(values: list[float]) -> Column:
    array = np.array(values, np.float64)
    return Column("x", Kind.FLAG, array, np.isnan(array))


def test_flags_are_zero_and_one() -> None:
    encoder = fit_flag(column([0, 1, 1, 1]))
    assert encoder.slots == ("x",)
    np.testing.assert_array_equal(encoder.encode(column([1, 0, np.nan])), [[1], [0], [0.75]])


def test_gaps_are_marked_where_training_has_some() -> None:
    encoder = fit_flag(column([0, 1, np.nan]))
    assert encoder.slots == ("x", "x missing")
    np.testing.assert_array_equal(encoder.encode(column([1, np.nan])), [[1, 0], [0.5, 1]])
    np.testing.assert_array_equal(fit_flag(column([np.nan])).encode(column([np.nan])), [[0.5, 1]])
