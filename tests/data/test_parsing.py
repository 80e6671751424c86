"""Texts to numbers, flags and dates."""

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.data.parsing import DAY_FIRST, MONTH_FIRST, parse_dates, parse_flags, parse_numbers


@given(st.lists(st.floats(allow_nan=False), max_size=20))
def test_every_number_is_read_as_python_writes_it(numbers: list[float]) -> None:
    np.testing.assert_array_equal(parse_numbers([repr(number) for number in numbers]), np.array(numbers))


@given(st.integers(-(10**12), 10**12))
def test_commas_between_thousands_are_accepted(number: int) -> None:
    assert parse_numbers([f"{number:,}"])[0] == number


@pytest.mark.parametrize("text", ["12%", "5 kg", "1_000", "1,2", "12,34,567", "abc", "0x10", "1e", ""])
def test_what_is_no_number_is_not_made_one(text: str) -> None:
    assert np.isnan(parse_numbers([text, "1"])[0])


def test_flags_of_every_spelling() -> None:
    words = ["Yes", "TRUE", "y", "t", "on", "1", "no", "False", "N", "F", "off", "0", "maybe"]
    np.testing.assert_array_equal(parse_flags(words), [1] * 6 + [0] * 6 + [np.nan])


moments = st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1)).map(
    lambda t: t.replace(microsecond=0)
)


@given(st.lists(moments, min_size=1, max_size=8), st.sampled_from(["T", " "]))
def test_dates_with_the_year_first_are_read_as_written(times: list[datetime.datetime], between: str) -> None:
    found = parse_dates([time.isoformat(between) for time in times])
    assert found is not None
    np.testing.assert_array_equal(found[0], np.array(times, "datetime64[us]"))


@given(st.lists(moments, min_size=1, max_size=8), st.sampled_from([("%d.%m.%Y", DAY_FIRST), ("%m/%d/%Y", MONTH_FIRST)]))
def test_dates_with_the_year_last_follow_the_form_given(times: list[datetime.datetime], style: tuple[str, str]) -> None:
    found = parse_dates([time.strftime(style[0]).zfill(10) for time in times], style[1])
    assert found is not None
    np.testing.assert_array_equal(found[0], np.array([time.date() for time in times], "datetime64[us]"))


@pytest.mark.parametrize(
    ("texts", "first"),
    [
        (["01/02/2024", "13/02/2024"], DAY_FIRST),
        (["01/02/2024", "02/13/2024"], MONTH_FIRST),
        (["01/02/2024"], MONTH_FIRST),
        (["01.02.2024"], DAY_FIRST),
    ],
)
def test_the_order_of_day_and_month_is_read_off_the_dates(texts: list[str], first: str) -> None:
    found = parse_dates(texts)
    assert found is not None
    assert found[1] == first


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1 March 2024", "2024-03-01"),
        ("March 1, 2024", "2024-03-01"),
        ("Mar 2024", "2024-03-01"),
        ("2024/3", "2024-03-01"),
        ("2024-03-01T12:30:15.5Z", "2024-03-01T12:30:15.5"),
        ("2024-03-01 12:30+02:00", "2024-03-01T10:30"),
        ("2024-03-01 23:30-0130", "2024-03-02T01:00"),
    ],
)
def test_dates_of_other_spellings(text: str, moment: str) -> None:
    found = parse_dates([text])
    assert found is not None
    assert found[0][0] == np.datetime64(moment, "us")


@pytest.mark.parametrize("texts", [[], ["2024-13-01"], ["30.02.2024"], ["2024-01-01", "soon"], ["12"], ["1/2/3"]])
def test_what_is_no_date_is_not_made_one(texts: list[str]) -> None:
    assert parse_dates(texts) is None
