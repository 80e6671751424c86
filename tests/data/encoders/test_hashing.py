"""A hash that is the same everywhere."""

from hypothesis import given
from hypothesis import strategies as st

from piste.data.encoders.hashing import slot_of


def test_known_answers() -> None:
    # `printf word | b2sum -l 64` prints 4aa4cf27d7c78e95, read from the low end.
    assert slot_of("word", 97) == 0x958EC7D727CFA44A % 97


@given(st.text(), st.integers(1, 5000))
def test_slots_are_in_range(text: str, slots: int) -> None:
    assert 0 <= slot_of(text, slots) < slots
