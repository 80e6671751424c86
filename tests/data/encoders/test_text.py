"""Free text as inputs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.hashing import slot_of
from piste.data.encoders.text import FEWEST_SLOTS, fit_text


def column(*values: str) -> Column:
    array = np.array([*values, None], object)[:-1]
    return Column("review", Kind.TEXT, array, array == "")


@given(st.lists(st.text(max_size=30), min_size=1, max_size=10), st.text(max_size=30))
def test_rows_have_length_one_or_no_word_at_all(train: list[str], new: str) -> None:
    encoded = fit_text(column(*train)).encode(column(*train, new))
    assert np.isfinite(encoded).all()
    sizes = np.linalg.norm(encoded, axis=1)
    assert np.all((np.abs(sizes - 1) < 1e-5) | (sizes == 0))


def test_words_and_pairs_are_weighted_by_how_rare_they_are() -> None:
    encoder = fit_text(column("good film", "bad film"))
    encoded = encoder.encode(column("Good good film"))[0]
    weight = np.log(3 / 2) + 1, np.log(3 / 3) + 1
    expected = {"good": np.log(3) * weight[0], "film": np.log(2) * weight[1], "good film": np.log(2) * weight[0]}
    # "good good" was never seen: its slot was empty in training.
    expected["good good"] = np.log(2) * (np.log(3) + 1)
    size = np.sqrt(sum(value**2 for value in expected.values()))
    for term, value in expected.items():
        np.testing.assert_allclose(encoded[slot_of(term, FEWEST_SLOTS)], value / size, rtol=1e-5)


def test_slots_grow_with_the_vocabulary() -> None:
    assert len(fit_text(column("few words")).slots) == 1024
    assert len(fit_text(column(" ".join(f"w{number}" for number in range(3000)))).slots) == 4096
