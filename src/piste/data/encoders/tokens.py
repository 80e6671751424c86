"""Texts as rows of token numbers, for networks that read them in order."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column

Unit = Literal["words", "characters"]

PADDING, UNKNOWN, RESERVED = 0, 1, 2
"""Token 0 fills up, 1 stands for whatever the train split has not; tokens of the vocabulary begin at 2."""

FEWEST_ROWS = 2
"""Tokens in fewer texts of the train split are unknown: so the network learns what to do with those of new texts."""

_WORD = re.compile(r"\w+(?:['’]\w+)*|[!?]")


def words_of(text: str) -> list[str]:
    """Return the words of `text` in lower case, with its exclamation and question marks."""
    return _WORD.findall(text.lower())


SPLIT: dict[str, Callable[[str], list[str]]] = {"words": words_of, "characters": list}
"""How a text becomes tokens. Characters are taken as they stand, blanks and capitals included."""


@dataclass(frozen=True)
class TokenEncoder:
    """The first `length` tokens of each text as numbers, filled up with 0 behind; `vocabulary` (V,) has those known.

    The tokens that most texts of the train split have come first.
    """

    name: str
    unit: Unit
    vocabulary: tuple[str, ...]
    length: int

    kind = Kind.TEXT

    @property
    def tokens(self) -> int:
        """How many kinds of token there are, padding and the unknown one included."""
        return len(self.vocabulary) + RESERVED

    @property
    def shape(self) -> tuple[int]:
        """Shape of one example: (tokens,)."""
        return (self.length,)

    def encode(self, column: Column) -> NDArray[np.int32]:
        """Return the token numbers, int32 (B, length)."""
        numbers = {token: number for number, token in enumerate(self.vocabulary, RESERVED)}
        split = SPLIT[self.unit]
        encoded = np.full((len(column.values), self.length), PADDING, np.int32)
        for row, text in enumerate(column.values.tolist()):
            found = [numbers.get(token, UNKNOWN) for token in split(text)[: self.length]]
            encoded[row, : len(found)] = found
        return encoded


def fit_tokens(column: Column, unit: Unit, most: int, length: int) -> TokenEncoder:
    """Return the encoder of `column` (train split only), with at most `most` tokens in its vocabulary."""
    rows: Counter[str] = Counter()
    longest = 1
    for text in column.values.tolist():
        found = SPLIT[unit](text)
        longest = max(longest, len(found))
        rows.update(set(found))
    common = sorted((-count, token) for token, count in rows.items() if count >= FEWEST_ROWS)
    return TokenEncoder(column.name, unit, tuple(token for _, token in common[:most]), min(length, longest))


def text_lengths(texts: list[str], unit: Unit) -> NDArray[np.int64]:
    """Return the number of tokens in each of `texts`, int64 (B,)."""
    return np.fromiter((len(SPLIT[unit](text)) for text in texts), np.int64, len(texts))
