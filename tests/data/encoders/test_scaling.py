"""Scaling that one wild value cannot spoil."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from piste.data.encoders.scaling import Scale, fit_scale

finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, max_size=30), st.lists(finite, min_size=1, max_size=30))
def test_values_are_finite_and_keep_their_order(train: list[float], values: list[float]) -> None:
    scaled = fit_scale(np.array(train)).apply(np.sort(np.array(values)))
    assert np.isfinite(scaled).all()
    assert (np.diff(scaled) >= 0).all()


def test_the_formula() -> None:
    values = np.array([-4.0, 0.0, 1.0, 9.0])
    units = (values - 1.0) / 2.0
    expected = (units / np.sqrt(1 + (units / 3) ** 2) - 0.5) / 0.25
    np.testing.assert_allclose(Scale(1.0, 2.0, 0.5, 0.25).apply(values), expected)


def test_the_rows_it_was_fitted_on_are_standardised() -> None:
    values = np.random.default_rng(0).lognormal(size=1000)
    scaled = fit_scale(values).apply(values)
    np.testing.assert_allclose([scaled.mean(), scaled.std()], [0, 1], atol=1e-12)


def test_median_and_interquartile_range() -> None:
    scale = fit_scale(np.array([1.0, 2, 3, 4, 5, 6, 7, 1e9]))
    assert (scale.centre, scale.spread) == (4.0, 4.0)
    mostly_zero = fit_scale(np.array([0.0] * 9 + [2, 8.0, 1e9]))
    assert (mostly_zero.centre, mostly_zero.spread) == (0.0, 8.0)
    assert fit_scale(np.array([5.0, 5.0])) == Scale(5.0, 1.0)


def test_one_wild_value_hardly_changes_the_others() -> None:
    values = np.random.default_rng(0).normal(size=1000)
    wild = np.append(values, 1e12)
    np.testing.assert_allclose(fit_scale(wild).apply(values), fit_scale(values).apply(values), atol=0.03)
    assert fit_scale(wild).apply(np.array([1e300]))[0] < 6
