"""Texts as rows of token numbers."""

import json
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piste.core.records import Kind
from piste.data.bulk import object_column
from piste.data.columns import Column
from piste.data.encoders.tokens import (
    PADDING,
    RESERVED,
    SPLIT,
    UNKNOWN,
    TokenEncoder,
    Unit,
    fit_tokens,
    text_lengths,
    words_of,
)

TEXTS = st.lists(st.text("abc !'é", max_size=20), min_size=1, max_size=8)


def column(*texts: str) -> Column:
    array = np.array([*texts, None], object)[:-1]
    return Column("review", Kind.TEXT, array, array == "")


@given(TEXTS, TEXTS, st.sampled_from(["words", "characters"]), st.integers(1, 9))
def test_numbers_say_which_tokens_stand_where(train: list[str], new: list[str], unit: Unit, length: int) -> None:
    encoder = fit_tokens(column(*train), unit, 1000, length)
    encoded = encoder.encode(column(*new))
    assert encoded.dtype == np.int32
    assert encoded.shape == (len(new), encoder.length)
    assert encoded.max(initial=0) < encoder.tokens
    for row, text in zip(encoded.tolist(), new, strict=True):
        tokens = SPLIT[unit](text)[: encoder.length]
        assert [number == PADDING for number in row] == [place >= len(tokens) for place in range(encoder.length)]
        for number, token in zip(row, tokens, strict=False):
            known = token in encoder.vocabulary
            assert (number == UNKNOWN) == (not known)
            assert not known or encoder.vocabulary[number - RESERVED] == token


@given(TEXTS)
def test_json_gives_the_same_encoder_back(train: list[str]) -> None:
    encoder = fit_tokens(column(*train), "characters", 50, 7)
    assert msgspec.convert(json.loads(json.dumps(msgspec.to_builtins(encoder))), TokenEncoder) == encoder


def test_the_commonest_tokens_of_several_texts_are_known() -> None:
    encoder = fit_tokens(column("a good film", "A bad film", "good film a", "once"), "words", 2, 100)
    assert encoder.vocabulary == ("a", "film")
    assert encoder.length == 3  # no text is longer
    np.testing.assert_array_equal(encoder.encode(column("film once a", "")), [[3, 1, 2], [0, 0, 0]])


def test_words_are_those_a_reader_would_count() -> None:
    assert words_of("It's GREAT, isn't it? Yes!") == ["it's", "great", "isn't", "it", "?", "yes", "!"]


@pytest.mark.data
def test_real_names_are_spelled_back(data_folder: Path) -> None:
    names = (data_folder / "text" / "names.txt").read_text().split()[:2000]
    texts = Column("name", Kind.TEXT, object_column(names), np.zeros(len(names), np.bool_))
    encoder = fit_tokens(texts, "characters", 100, 64)
    assert encoder.length == text_lengths(names, "characters").max()
    letters = ["", "?", *encoder.vocabulary]
    assert ["".join(letters[number] for number in row) for row in encoder.encode(texts)] == names
