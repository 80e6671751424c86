"""Sequences as inputs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.sequence import fit_sequence
from piste.data.sequences import lengths_of, sequences_of


def column(values: NDArray[np.float64]) -> Column:
    return Column("signal", Kind.SEQUENCE, values, lengths_of(values) == 0)


def ragged(*lists: list[float]) -> Column:
    values = sequences_of(lists)
    assert values is not None
    return column(values)


def test_each_channel_is_standardised_by_the_train_split() -> None:
    values = np.random.default_rng(0).normal((3.0, -50.0), (2.0, 0.1), (200, 7, 2))
    encoder = fit_sequence(column(values))
    encoded = encoder.steps(column(values))
    np.testing.assert_allclose(encoded.mean((0, 1)), 0, atol=1e-5)
    np.testing.assert_allclose(encoded.std((0, 1)), 1, atol=1e-5)
    new = encoder.steps(column(values[:3] * 2))
    np.testing.assert_allclose(new, (values[:3] * 2 - values.mean((0, 1))) / values.std((0, 1)), rtol=1e-4, atol=1e-4)


@given(st.lists(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=6), min_size=2, max_size=6), st.integers(0, 4))
def test_filling_up_changes_nothing(lists: list[list[float]], more: int) -> None:
    short = ragged(*lists, [1.0, 2.0] * 4)
    longer = column(np.pad(short.values, [(0, 0), (0, more), (0, 0)], constant_values=np.nan))
    first, second = fit_sequence(short), fit_sequence(longer)
    assert first == second
    np.testing.assert_array_equal(first.steps(short), second.steps(longer))
    lengths = lengths_of(first.steps(short).astype(np.float64))
    assert lengths.tolist() == [len(one) for one in lists] + [8]


def test_gaps_are_bridged_and_ends_are_not() -> None:
    encoder = fit_sequence(ragged([0.0, 2.0, 4.0, 6.0], [1.0, 3.0]))
    encoded = encoder.steps(ragged([0.0, np.nan, np.nan, 6.0], [np.nan, 5.0]))[:, :, 0]
    back = encoded * encoder.deviation[0] + encoder.mean[0]
    np.testing.assert_allclose(back, np.array([[0, 2, 4, 6], [5, 5, np.nan, np.nan]]), atol=1e-5)


def test_where_all_are_equally_long_an_end_that_is_absent_is_a_gap() -> None:
    encoder = fit_sequence(ragged([0.0, 2.0, 4.0], [1.0, 3.0, 2.0]))
    assert not encoder.ragged
    encoded = encoder.steps(ragged([4.0], [np.nan, np.nan, 1.0, 9.0, 9.0]))[:, :, 0]
    back = encoded * encoder.deviation[0] + encoder.mean[0]
    np.testing.assert_allclose(back, [[4, 4, 4], [1, 1, 1]], atol=1e-5)
    nothing = encoder.steps(column(np.full((1, 3, 1), np.nan)))
    np.testing.assert_array_equal(nothing, np.zeros((1, 3, 1)))


def test_as_columns_of_a_table_all_steps_of_all_channels_stand_in_a_row() -> None:
    values = np.arange(12.0).reshape(2, 3, 2)
    encoder = fit_sequence(column(values))
    assert encoder.slots[:3] == ("signal step 1, 1", "signal step 1, 2", "signal step 2, 1")
    np.testing.assert_array_equal(encoder.encode(column(values)), encoder.steps(column(values)).reshape(2, 6))


def test_a_limit_cuts_the_rest() -> None:
    encoder = fit_sequence(ragged([1.0, 2.0, 300.0], [3.0, 4.0, 500.0]), 2)
    assert (encoder.shape, encoder.mean) == ((2, 1), (2.5,))
    assert encoder.steps(ragged([1.0, 2.0, 900.0])).shape == (1, 2, 1)


def test_absurd_values_stay_finite() -> None:
    values = np.array([[[1e300], [-1e300]], [[0.0], [1.0]]])
    encoder = fit_sequence(column(np.zeros((2, 2, 1))))
    assert np.isfinite(encoder.steps(column(values))).all()
