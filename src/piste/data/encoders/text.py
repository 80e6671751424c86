"""Free text: a bag of hashed words and pairs of words, weighted by how rare they are."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind
from piste.data.columns import Column
from piste.data.encoders.hashing import slot_of

FEWEST_SLOTS, MOST_SLOTS = 1024, 4096
_WORD = re.compile(r"\w+(?:['’]\w+)*")


@dataclass(frozen=True)
class TextEncoder:
    """Slots: (1 + log count) * weight of the terms hashed into each, each row divided by its 2-norm.

    Terms are lower-case words and pairs of neighbours; `weights` (slots,) are log((1 + B) / (1 + rows with a
    term in the slot)) + 1 over the train split. A text without a word is all zeros.
    """

    name: str
    weights: tuple[float, ...]

    kind = Kind.TEXT

    @property
    def slots(self) -> tuple[str, ...]:
        """Names of the inputs."""
        return tuple(f"{self.name} words {number + 1}" for number in range(len(self.weights)))

    def encode(self, column: Column) -> NDArray[np.float32]:
        """Return float32 (B, slots)."""
        encoded = _counts(column, len(self.weights))
        np.log1p(encoded, out=encoded)
        encoded *= np.asarray(self.weights, np.float32)
        size = np.sqrt(np.einsum("ij,ij->i", encoded, encoded))
        encoded /= np.where(size > 0, size, 1)[:, None]
        return encoded


def fit_text(column: Column) -> TextEncoder:
    """Return the encoder of `column` (train split only)."""
    words = {word for text in column.values.tolist() for word in _words(text)}
    slots = int(np.clip(1 << max(len(words) - 1, 0).bit_length(), FEWEST_SLOTS, MOST_SLOTS))
    found = np.count_nonzero(_counts(column, slots), axis=0)
    weights = np.log((1 + len(column.values)) / (1 + found)) + 1
    return TextEncoder(column.name, tuple(weights.tolist()))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _counts(column: Column, slots: int) -> NDArray[np.float32]:
    counts = np.zeros((len(column.values), slots), np.float32)
    known: dict[str, int] = {}
    for row, text in enumerate(column.values.tolist()):
        words = _words(text)
        for term, count in Counter([*words, *map(" ".join, pairwise(words))]).items():
            slot = known.get(term)
            if slot is None:
                slot = known[term] = slot_of(term, slots)
            counts[row, slot] += count
    return counts
