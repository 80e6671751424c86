from hypothesis import given
from hypothesis import strategies as st

from piste.recipe.nursed_leg import stride


@given(st.integers(1, 100_000), st.integers(1, 8))
def test_few_states_are_kept_and_going_back_is_never_far(rounds: int, kept: int) -> None:
    every = stride(rounds, kept)
    assert rounds // every <= kept
    assert every == 1 or rounds // (every // 2) > kept


@given(st.integers(1, 10_000), st.integers(1, 8))
def test_what_is_kept_later_was_kept_before(rounds: int, kept: int) -> None:
    assert stride(rounds + 1, kept) % stride(rounds, kept) == 0
