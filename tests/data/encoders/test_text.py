"""Free text as inputs."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.text import MOST_TERMS, fit_text


def column(*values: str) -> Column:
    array = np.array([*values, None], object)[:-1]
    return Column("review", Kind.TEXT, array, array == "")


@given(st.lists(st.text("ab c'", max_size=20), min_size=1, max_size=10), st.text(max_size=30))
def test_rows_have_length_one_or_no_known_word(train: list[str], new: str) -> None:
    encoder = fit_text(column(*train))
    encoded = encoder.encode(column(*train, new))
    assert encoded.shape == (len(train) + 1, len(encoder.slots))
    assert np.isfinite(encoded).all()
    sizes = np.linalg.norm(encoded[:, 1:], axis=1)
    assert np.all((np.abs(sizes - 1) < 1e-5) | (sizes == 0))


def test_words_and_pairs_are_weighted_by_how_rare_they_are() -> None:
    encoder = fit_text(column("good film", "bad film", "Bad, good film"))
    assert encoder.slots == ("review length", "review: bad", "review: film", "review: good", "review: good film")
    rare, common = np.log(4 / 3) + 1, np.log(4 / 4) + 1
    expected = np.array([0, common, (1 + np.log(2)) * rare, rare])
    encoded = encoder.encode(column("Good good film ahead"))[0]
    np.testing.assert_allclose(encoded[1:], expected / np.linalg.norm(expected), rtol=1e-6)


def test_texts_of_unknown_words_still_have_a_length() -> None:
    encoder = fit_text(column("a", "b c d e"))
    assert encoder.slots == ("review length",)
    encoded = encoder.encode(column("u", "v w", "")).ravel()
    assert encoded[2] < encoded[0] < encoded[1]


def test_the_commonest_terms_are_kept() -> None:
    words = [f"w{number}" for number in range(5000)]
    encoder = fit_text(column(" ".join(words), " ".join(reversed(words)), "w7 w9"))
    assert len(encoder.terms) == MOST_TERMS
    assert {"w7", "w9"} <= set(encoder.terms)


@pytest.mark.data
def test_weights_agree_with_scikit_learn(data_folder: Path) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer

    texts = (data_folder / "text" / "tinyshakespeare.txt").read_text().split("\n\n")[:300]
    encoder = fit_text(column(*texts))
    reference = TfidfVectorizer(
        vocabulary=encoder.terms, token_pattern=r"\w+(?:['’]\w+)*", ngram_range=(1, 2), sublinear_tf=True
    )
    np.testing.assert_allclose(
        encoder.encode(column(*texts))[:, 1:], reference.fit_transform(texts).toarray(), atol=1e-6
    )
