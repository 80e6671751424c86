"""Numbers as inputs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.number import fit_number

finite = st.floats(allow_nan=False, allow_infinity=False)


def column(values: list[float]) -> Column:
    array = np.array(values, np.float64)
    return Column("x", Kind.NUMBER, array, np.isnan(array))


@given(st.lists(st.one_of(finite, st.just(np.nan)), max_size=30), st.integers(0, 8), finite)
def test_nothing_but_finite_numbers_comes_out(train: list[float], bins: int, new: float) -> None:
    encoder = fit_number(column(train), bins)
    encoded = encoder.encode(column([*train, new, np.nan]))
    assert encoded.shape == (len(train) + 2, len(encoder.slots))
    assert encoded.dtype == np.float32
    assert np.isfinite(encoded).all()


def test_a_gap_becomes_the_median_and_is_marked() -> None:
    encoder = fit_number(column([1, 2, np.nan, 3]), 0)
    assert encoder.slots == ("x", "x missing")
    np.testing.assert_array_equal(encoder.encode(column([np.nan, 2])), [[0, 1], [0, 0]])


def test_a_gap_that_training_never_saw_becomes_the_median() -> None:
    encoder = fit_number(column([1, 2, 3]), 0)
    np.testing.assert_array_equal(encoder.encode(column([np.nan])), [[0]])


def test_bins_are_piecewise_linear_between_quantiles() -> None:
    encoder = fit_number(column([0, 1, 2, 3, 4]), 2)
    assert list(encoder.edges) == [0, 2, 4]
    binned = encoder.encode(column([-1, 0, 1, 2, 3, 9, np.nan]))[:, 1:]
    expected = np.array([[0, 0], [0, 0], [0.5, 0], [1, 0], [1, 0.5], [1, 1], [0, 0]])
    np.testing.assert_allclose(binned, expected)


def test_a_constant_gets_no_bins() -> None:
    assert fit_number(column([5, 5, 5]), 4).slots == ("x",)
