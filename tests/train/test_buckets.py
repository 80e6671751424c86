from hypothesis import given
from hypothesis import strategies as st

from piste.train.buckets import bucket


@given(st.integers(1, 10**9))
def test_a_bucket_holds_its_count_with_an_eighth_of_waste_at_most(count: int) -> None:
    size = bucket(count)
    assert count <= size < count * 1.125
    assert bucket(size) == size


def test_a_thousand_counts_share_eight_sizes() -> None:
    assert len({bucket(count) for count in range(1025, 2049)}) == 8
    assert [bucket(count) for count in range(17)] == list(range(17))
