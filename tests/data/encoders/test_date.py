"""Dates as inputs."""

import datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.date import fit_date


def column(*values: object) -> Column:
    array = np.array(values, "datetime64[us]")
    return Column("when", Kind.DATE, array, np.isnat(array), "day first")


moments = st.one_of(st.none(), st.datetimes())


@given(st.lists(moments, max_size=20), st.lists(moments, min_size=1, max_size=5))
def test_nothing_but_finite_numbers_comes_out(
    train: list[datetime.datetime | None], new: list[datetime.datetime | None]
) -> None:
    encoder = fit_date(column(*train))
    encoded = encoder.encode(column(*new))
    assert encoded.shape == (len(new), len(encoder.slots))
    assert np.isfinite(encoded).all()


def test_only_what_varies_is_kept() -> None:
    days = fit_date(column("2024-01-01", "2024-01-08"))
    assert days.slots == ("when elapsed", "when sine of year", "when cosine of year")
    hours = fit_date(column("2024-01-01T00:00", "2024-01-01T06:00"))
    assert hours.slots == ("when elapsed", "when sine of day", "when cosine of day")
    years = fit_date(column("2023-01-01", "2024-01-01", "NaT"))
    assert years.slots[1] == "when calendar year"
    assert years.slots[-1] == "when missing"
    assert years.form == "day first"


def test_six_in_the_morning_is_a_quarter_of_the_day() -> None:
    encoded = fit_date(column("2024-01-01T00:00", "2024-01-01T06:00")).encode(column("2030-05-05T06:00"))
    np.testing.assert_allclose(encoded[0, -2:], [1, 0], atol=1e-6)


def test_a_missing_date_is_marked_and_otherwise_zero() -> None:
    encoded = fit_date(column("2023-01-01", "2024-06-01", "NaT")).encode(column("NaT"))
    np.testing.assert_array_equal(encoded[0], [0] * (encoded.shape[1] - 1) + [1])
