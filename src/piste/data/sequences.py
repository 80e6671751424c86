"""Sequences of numbers as one array: of equal or unequal lengths, from lists, from columns, and back to texts.

An array of sequences is float64 (B, T, C): B examples, T steps, C channels. After the end of a sequence that is
shorter than the longest, all channels are NaN; a NaN before that is a missing value.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.bulk import object_column
from piste.data.levels import Raw
from piste.data.parsing import parse_numbers

Steps = NDArray[np.float64]

SHORTEST = 8
"""Lists with fewer steps than this, each of them, are tags, such as numbers of genres, where they are whole numbers,
and rows of a table with a mistake in it, where they are given as one array."""

_BETWEEN = re.compile(r"[\s,;|\[\]()]+")


def lengths_of(values: Steps) -> NDArray[np.int64]:
    """Return the length of each sequence of `values` (B, T, C), int64 (B,): up to its last step with a value."""
    there: NDArray[np.bool_] = np.any(~np.isnan(values), axis=2)
    last = values.shape[1] - np.argmax(there[:, ::-1], axis=1) if values.shape[1] else np.zeros(len(values), np.int64)
    return np.where(there.any(axis=1), last, 0).astype(np.int64)


def sequences_of(values: Sequence[Any]) -> Steps | None:
    """Return lists of numbers (T,), or lists of lists (T, C), as one array; `None` where they are something else.

    A missing sequence, or an empty one, has no step; a missing number in a list is NaN.
    """
    arrays = [_one(value) for value in values]
    present = [array for array in arrays if array is not None and array.size]
    if not present or any(
        array is None and not _is_nothing(value) for array, value in zip(arrays, values, strict=True)
    ):
        return None
    channels = {array.shape[1] for array in present}
    if len(channels) > 1:
        return None
    found = np.full((len(values), max(map(len, present)), channels.pop()), np.nan)
    for row, array in enumerate(arrays):
        if array is not None and array.size:
            found[row, : len(array)] = array
    return found


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def _one(value: Any) -> Steps | None:
    """Return one list of numbers as (T, C); `None` for whatever is no such list."""
    if not isinstance(value, list | tuple | np.ndarray):
        return None
    if isinstance(value, np.ma.MaskedArray):
        value = np.ma.filled(value.astype(np.float64), np.nan)
    try:
        array = np.asarray(value.tolist() if getattr(value, "dtype", np.dtype("f")).hasobject else value)
        if array.dtype == object and not any(isinstance(one, str) for one in array.ravel()):
            array = array.astype(np.float64)  # None among numbers
    except (TypeError, ValueError):
        return None
    if array.size and (array.dtype.kind not in "iuf" or array.ndim not in (1, 2)):
        return None
    return array.astype(np.float64).reshape(len(array), -1) if array.size else np.zeros((0, 1))


def joined_rows(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return arrays of sequences one below the other, the shorter ones filled up with NaN."""
    longest = max(array.shape[1] for array in arrays)
    return np.concatenate([_filled_up(array, longest) for array in arrays])


def _filled_up(array: NDArray[Any], steps: int) -> NDArray[Any]:
    return np.pad(array, [(0, 0), (0, steps - array.shape[1]), (0, 0)], constant_values=np.nan)


def merged(raws: Sequence[Raw]) -> Steps:
    """Return columns as one array of sequences: columns of numbers are its steps, columns of sequences its channels.

    One column of texts may hold the numbers of a sequence, with blanks, commas, semicolons or bars between. Raises
    `DataError` naming the column that is none of these.
    """
    if len(raws) == 1 and raws[0].values.ndim == 1:
        return _written(raws[0])
    if all(raw.values.ndim == 3 for raw in raws):
        longest = max(raw.values.shape[1] for raw in raws)
        return np.concatenate([_filled_up(raw.values, longest) for raw in raws], axis=2)
    return np.stack([_numbers(raw) for raw in raws], axis=1)[:, :, None]


def _numbers(raw: Raw) -> NDArray[np.float64]:
    if raw.values.ndim > 1:
        raise DataError(
            f"Column '{raw.name}' holds lists or pictures, and other columns of --sequence single numbers: name "
            f"columns of one sort."
        )
    wrong = ~raw.absent & np.isnan(raw.numbers)
    if wrong.any() or raw.values.dtype.kind == "M":
        place, text = raw.first(wrong if wrong.any() else ~raw.absent)
        raise DataError(
            f"Column '{raw.name}' holds {text!r} in {place}, where the steps of a sequence must be numbers: correct "
            f"it, or leave the column out with --drop '{raw.name}'."
        )
    infinite = np.isinf(raw.numbers)
    if infinite.any():
        place, text = raw.first(infinite)
        raise DataError(
            f"Column '{raw.name}' holds an infinite value ({text!r}) in {place}: replace it or leave it blank."
        )
    return raw.numbers[raw.codes]


def _written(raw: Raw) -> Steps:
    """Return the sequences that the cells of one column spell out."""
    found = [parse_numbers([part for part in _BETWEEN.split(text) if part]) for text in raw.texts]
    for level, numbers in enumerate(found):
        # Words for a missing number give NaN as well, among numbers that are none.
        if not raw.absent[level] and (np.isinf(numbers).any() or (len(numbers) and np.isnan(numbers).all())):
            place, text = raw.first(np.arange(len(found)) == level)
            raise DataError(
                f"Column '{raw.name}' holds {text!r} in {place}, where a list of finite numbers is expected."
            )
    levels = [None if absent else numbers for absent, numbers in zip(raw.absent.tolist(), found, strict=True)]
    sequences = sequences_of([levels[code] for code in raw.codes.tolist()])
    if sequences is None:
        raise DataError(f"Column '{raw.name}' has no list of numbers in any row; lists such as 1 2 3 are expected.")
    return sequences


def as_texts(values: Steps) -> NDArray[Any]:
    """Return sequences (B, T, C) as object of `str`, ";" between the numbers, or `None` where there is none."""
    return object_column([_text(row, length) for row, length in zip(values, lengths_of(values), strict=True)])


def _text(row: Steps, length: int) -> str | None:
    numbers = [value for value in row[:length].ravel().tolist() if value == value]
    return ";".join(str(int(value)) if value.is_integer() else str(value) for value in numbers) or None


def refuse_infinite(raw: Raw) -> None:
    """Raise `DataError` naming the first row of sequences with an infinite value, if there is one."""
    infinite = np.isinf(raw.values).any(axis=(1, 2))
    if infinite.any():
        place = raw.place(int(np.argmax(infinite)))
        raise DataError(f"The sequence '{raw.name}' holds an infinite value in {place}: replace it or leave it blank.")
