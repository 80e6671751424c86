"""The two shapes in which data pass through this package: columns as read, and columns with a kind."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Kind

IMAGE, LABEL = "image", "label"  # the columns of a source of pictures
SEQUENCE, TEXT = "sequence", "text"  # the columns of a source of sequences, and of texts in files


@dataclass(frozen=True)
class RawTable:
    """What a reader returns: columns as they stand in the source, nothing inferred beyond the format's own types.

    `columns` maps a unique name to an array of length `rows`:
    object (`str`, or `None` where empty) from text formats and for text of typed formats;
    float64 (NaN where missing), int64, bool, datetime64[us] (NaT where missing) from typed formats;
    uint8 (rows, height, width, channels) for pictures, in the column "image"; their class is in "label";
    float64 (rows, steps, channels) for sequences, NaN after the end of a shorter one and where a value is missing.
    Values of text formats are stripped of blanks around them but otherwise as written; in text files above 20 MB
    a column of decimal numbers throughout is float64, to keep memory small.
    Lists of words (tags of a multi-label target, say) become one `str` with ";" between their items, so that files
    and frames agree; lists of numbers become sequences. Flags with gaps become "True", "False" and `None`, whole
    numbers with gaps float64.
    `splits` has the row numbers of splits the source itself brings (MNIST's test files, say), else is empty.
    """

    name: str
    source: str
    rows: int
    columns: Mapping[str, NDArray[np.generic]]
    splits: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    target: str | None = None  # where the source makes it plain (class folders, IDX labels, bundled sets); "a,b" if two
    class_names: tuple[str, ...] = ()  # spelled-out classes where the target holds their numbers
    notes: tuple[str, ...] = ()  # what was guessed or repaired while reading, one sentence each
    row_names: tuple[str, ...] = ()  # one per row where the source has them (file names of pictures), else empty
    kinds: Mapping[str, Kind] = field(default_factory=dict)  # of columns where the source makes them plain


@dataclass(frozen=True)
class Column:
    """One feature with its kind.

    `values` by kind: number and flag float64 (NaN where missing); category, text and identifier object of
    `str` ("" where missing); date datetime64[us] (NaT where missing); image uint8 (B, height, width, channels);
    sequence float64 (B, steps, channels), NaN as in `RawTable`.
    """

    name: str
    kind: Kind
    values: NDArray[np.generic]
    missing: NDArray[np.bool_]  # (B,)
    form: str = ""  # how dates are written where texts alone leave it open: "day first" or "month first"

    def take(self, rows: NDArray[np.int64]) -> "Column":
        """Return the column with the given rows only."""
        return Column(self.name, self.kind, self.values[rows], self.missing[rows], self.form)
