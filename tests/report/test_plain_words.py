"""How wide a text is on a terminal, and where it breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.report.elements import clean
from piste.report.plain_words import width_of, wrapped


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("é", 1), ("e\u0301", 1), ("性别", 4), ("שם", 2), ("–", 1), ("한", 2)]
)
def test_width(text: str, width: int) -> None:
    assert width_of(text) == width


@given(st.text(max_size=80), st.integers(5, 30), st.sampled_from(["", "- ", "[ok] "]))
def test_every_line_fits_and_no_sign_is_lost(text: str, width: int, first: str) -> None:
    lines = wrapped(text, width, first)
    assert all(width_of(line) <= max(width, width_of(first) + 2) for line in lines)
    body = [line[len(first) :] for line in lines]
    assert "".join("".join(body).split()) == "".join(clean(text).split())


def test_words_are_kept_whole_where_they_fit() -> None:
    assert wrapped("one two three", 9, "- ") == ["- one two", "  three"]
    assert wrapped("abcdefgh", 3) == ["abc", "def", "gh"]
    assert wrapped("", 10) == [""]
