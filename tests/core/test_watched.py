import math
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from piste.core.records import decode, encode
from piste.core.watched import Look, WatchedRecord, thinned


def look(step: int, highest: float = 1.0, skipped: int = 0) -> Look:
    return Look(step, 1.0, highest, math.nan, 0.1, (1.0,), (1.0,), (math.nan,), (), (), 0, skipped)


def test_a_record_is_read_back_with_nan_where_nothing_was_measured() -> None:
    record = WatchedRecord(("weight",), (), (look(1), look(2)), 10, "head: a quotient")
    again = decode(encode(record), WatchedRecord)
    assert math.isnan(again.looks[0].validation_loss)
    assert math.isnan(again.looks[0].updates[0])
    assert encode(again) == encode(record)


@given(st.integers(1, 400), st.integers(1, 30))
def test_few_looks_are_kept_evenly_and_the_last_always(taken: int, most: int) -> None:
    looks = [look(number, highest=number % 7, skipped=1) for number in range(1, taken + 1)]
    kept = thinned(looks, range(1, taken + 1), most)
    assert len(kept) <= most + 1
    assert kept[-1].step == taken
    assert sum(one.skipped for one in kept) == taken
    assert max(one.highest_loss for one in kept) == max(one.highest_loss for one in looks)
    assert len({second.step - first.step for first, second in pairwise(kept[:-1])}) <= 1


@given(st.lists(st.integers(1, 9), min_size=1, max_size=40))
def test_thinning_again_and_again_is_thinning_once(pieces: list[int]) -> None:
    every = [look(number, highest=number % 5, skipped=number % 3) for number in range(1, sum(pieces) + 1)]
    kept: tuple[Look, ...] = ()
    taken = 0
    for piece in pieces:
        kept = thinned(
            [*kept, *every[taken : taken + piece]],
            [one.step for one in kept] + [*range(taken + 1, taken + piece + 1)],
            8,
        )
        taken += piece
    once = thinned(every, range(1, taken + 1), 8)
    assert [(one.step, one.highest_loss, one.skipped) for one in kept] == [
        (one.step, one.highest_loss, one.skipped) for one in once
    ]


def test_a_loss_that_is_not_finite_is_the_highest() -> None:
    kept = thinned([look(1), look(2, math.nan), look(3), look(4)], [1, 2, 3, 4], 2)
    assert math.isnan(kept[0].highest_loss)
    assert kept[1].highest_loss == 1.0
