"""The spellings of a missing value that people's files really use."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SPELLINGS = frozenset(
    ["", "?", "na", "n/a", "#n/a", "<na>", "n.a.", "nan", "-nan", "nat", "null", "none", "nil", "(null)", "\\n"]
)
"""Lower-case texts that stand for a missing value in any column."""

NUMERIC_SPELLINGS = frozenset(["-", "--", ".", "..", "*", "–", "—"])
"""Texts that stand for a missing value only where all the other values of the column are numbers."""


def spelled_missing(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Return bool (L,): which of `texts` stand for a missing value in any column, upper and lower case alike."""
    return np.fromiter((text.strip().lower() in SPELLINGS for text in texts), np.bool_, len(texts))


def spelled_missing_number(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Return bool (L,): which of `texts` stand for a missing value among numbers."""
    return np.fromiter((text.strip() in NUMERIC_SPELLINGS for text in texts), np.bool_, len(texts))
