"""Categories as inputs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.category import MOST_SHARED, OWN_SLOTS, fit_category


def column(values: list[str]) -> Column:
    array = np.array([*values, None], object)[:-1]
    return Column("x", Kind.CATEGORY, array, array == "")


@given(st.lists(st.text("abcde", max_size=2), max_size=60), st.text(max_size=3))
def test_each_row_has_one_slot_at_most(train: list[str], new: str) -> None:
    encoder = fit_category(column(train))
    encoded = encoder.encode(column([*train, new]))
    assert encoded.shape == (len(train) + 1, len(encoder.slots))
    assert set(np.unique(encoded)) <= {0.0, 1.0}
    assert (encoded[:-1].sum(axis=1) == 1).all()
    assert encoded[-1].sum() <= 1


def test_common_levels_have_a_slot_each_and_rare_ones_share() -> None:
    encoder = fit_category(column(["b"] * 4 + ["a"] * 3 + ["r", "s", ""]))
    assert encoder.slots == ("x = a", "x = b", "x other", "x missing")
    encoded = encoder.encode(column(["a", "b", "r", "never seen", ""]))
    np.testing.assert_array_equal(encoded.argmax(axis=1), [0, 1, 2, 2, 3])


def test_without_rare_levels_an_unseen_one_is_all_zeros() -> None:
    encoder = fit_category(column(["a"] * 3 + ["b"] * 3))
    np.testing.assert_array_equal(encoder.encode(column(["b", "never seen", ""])), [[0, 1], [0, 0], [0, 0]])


def test_many_levels_share_hashed_slots() -> None:
    levels = [f"level {number}" for number in range(2000)]
    encoder = fit_category(column(levels * 3 + levels[:70]))
    assert len(encoder.levels) == OWN_SLOTS
    assert set(encoder.levels) <= set(levels[:70])
    assert len(encoder.slots) == OWN_SLOTS + MOST_SHARED
    used = encoder.encode(column(levels)).sum(axis=0)
    # 1936 levels in 256 slots: about 7.6 each; an even hash leaves none empty.
    assert used.min() >= 1
    assert used.max() < 25
