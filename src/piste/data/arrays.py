"""Features and target as NumPy arrays to a table; arrays of three or four axes are pictures or sequences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from piste.core.errors import DataError
from piste.data.columns import IMAGE, LABEL, SEQUENCE, RawTable
from piste.data.delimited import MOST_COLUMNS
from piste.data.headers import lent_names
from piste.data.pictures import choose_shape, to_shape
from piste.data.reading import Wanted, count
from piste.data.values import Column, column_of_array

TARGET = "target"

Array = NDArray[Any]


@dataclass(frozen=True)
class Part:
    """The arrays of one split: features `x` (B, ...) and target `y` (B,) or (B, K), or none."""

    split: str
    x: Array
    y: Array | None


def table_of_arrays(
    name: str, source: str, parts: Sequence[Part], wanted: Wanted, class_names: tuple[str, ...] = ()
) -> RawTable:
    """Return one table of the parts, in their order; the rows of all but "train" are in `splits`.

    Columns get the names of an earlier table where there is one, else "column_1", ... and "target"; pictures are
    called "image" and "label". Raises `DataError` for shapes that do not fit together.
    """
    for part in parts:
        _check_lengths(source, part)
    x, y = _stacked(source, [part.x for part in parts], "x"), None
    targets = [part.y for part in parts if part.y is not None]
    if len(targets) == len(parts):
        y = _stacked(source, targets, "y")
    columns, notes = feature_columns(source, x, wanted)
    label = LABEL if IMAGE in columns else TARGET
    names: list[str] = []
    if y is not None:
        labels = target_columns(source, y, label, wanted)
        names = list(labels)
        columns |= labels
    return RawTable(
        name=name,
        source=source,
        rows=len(x),
        columns=columns,
        splits=_splits(parts),
        target=",".join(names) or None,
        class_names=class_names,
        notes=notes,
    )


def feature_columns(source: str, x: Array, wanted: Wanted) -> tuple[dict[str, Column], tuple[str, ...]]:
    """Return the columns of `x`: (B,) or (B, F) is a table, (B, H, W) or (B, H, W, C) are pictures; and notes.

    (B, T, C) are sequences where that is said, or where the numbers cannot be pixels.
    """
    found, said = sequences_in(source, x, wanted)
    if found is not None:
        return {SEQUENCE: found}, said
    if x.ndim in (3, 4) and x.dtype.names is None:
        pixels, notes = pictures_of(source, x, wanted)
        return {IMAGE: pixels}, notes
    if x.dtype.names is not None and x.ndim == 1:
        return {name: column_of_array(name, x[name]) for name in x.dtype.names}, ()
    if x.ndim not in (1, 2):
        raise DataError(
            f"The features in {source} have the shape {x.shape}; (rows, columns), or (rows, height, width) with or "
            f"without channels for pictures, was expected."
        )
    x = x.reshape(len(x), -1) if x.size else x
    if x.ndim == 1 or x.shape[1] == 0:
        raise DataError(
            f"The features in {source} have the shape {x.shape}; at least one row and one column were expected."
        )
    if x.shape[1] > MOST_COLUMNS:
        raise DataError(f"{source} has {x.shape[1]:,} columns; at most {MOST_COLUMNS:,} can be used: leave some out.")
    names = lent_names(wanted.like, x.shape[1]) or [f"column_{index + 1}" for index in range(x.shape[1])]
    return {name: column_of_array(name, x[:, index]) for index, name in enumerate(names)}, ()


def sequences_in(source: str, x: Array, wanted: Wanted) -> tuple[Array | None, tuple[str, ...]]:
    """Return `x` as sequences float64 (B, T, C), and a note; `None` where it is no array of sequences."""
    known = () if wanted.like is None or SEQUENCE not in wanted.like.columns else wanted.like.columns[SEQUENCE].shape
    if x.ndim == 2 and len(known) == 3 and known[2] == 1 and x.dtype.kind in "iuf":
        return x[:, :, None].astype(np.float64), ()
    if x.ndim != 3 or x.dtype.kind not in "biuf" or not x.size:
        return None, ()
    if wanted.sequences or len(known) == 3:
        return x.astype(np.float64), ()
    if x.dtype.kind != "f" or (wanted.like is not None and IMAGE in wanted.like.columns):
        return None, ()
    low, high = float(x.min()), float(x.max())  # NaN where there is one
    if (low >= 0 and high <= 255) or (x.shape[1] == x.shape[2] and low == low):
        return None, ()
    steps, channels = x.shape[1:]
    held = "missing values" if low != low else f"values from {low:g} to {high:g}"
    note = (
        f"The features in {source} have three axes and {held}, which pictures have not: they are taken for sequences "
        f"of up to {steps:,} steps with {channels:,} number{'s' * (channels > 1)} in each."
    )
    return x.astype(np.float64), (note,)


def target_columns(source: str, y: Array, label: str, wanted: Wanted) -> dict[str, Column]:
    """Return the columns of the target `y`: one for (B,) and (B, 1), K for (B, K)."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim not in (1, 2) or y.size == 0:
        raise DataError(f"The target in {source} has the shape {y.shape}; (rows,) or (rows, outputs) was expected.")
    lent = wanted.like.target.split(",") if wanted.like is not None and wanted.like.target else []
    if y.ndim == 1:
        name = lent[0] if len(lent) == 1 else label
        return {name: column_of_array(name, y)}
    names = lent if len(lent) == y.shape[1] else [f"{label}_{index + 1}" for index in range(y.shape[1])]
    return {name: column_of_array(name, y[:, index]) for index, name in enumerate(names)}


def pictures_of(source: str, x: Array, wanted: Wanted) -> tuple[Array, tuple[str, ...]]:
    """Return pictures (B, H, W) or (B, H, W, C) of numbers as uint8 (B, H, W, C), resized where asked, and notes."""
    notes: list[str] = []
    if x.ndim == 3:
        x = x[..., None]
    if x.shape[-1] > 4 and x.shape[1] in (1, 3):
        x = np.moveaxis(x, 1, -1)
        notes.append("The pictures came with the channels first and were turned to height, width, channels.")
    if x.shape[-1] not in (1, 3) or not x.size:
        raise DataError(
            f"The pictures in {source} have the shape {x.shape}; (rows, height, width) or (rows, height, width, "
            f"channels) with 1 channel (grey) or 3 (red, green, blue) was expected."
        )
    pixels, more = _bytes_of(source, x)
    resized, most = _resized(pixels, wanted)
    return np.ascontiguousarray(resized), (*notes, *more, *most)


def _bytes_of(source: str, x: Array) -> tuple[Array, tuple[str, ...]]:
    if x.dtype == np.uint8:
        return x, ()
    if x.dtype.kind not in "biuf":
        raise DataError(
            f"The pictures in {source} have the type {x.dtype}; numbers from 0 to 255 or from 0 to 1 were expected."
        )
    low, high = float(x.min()), float(x.max())
    if not (low >= 0 and high <= 255):
        raise DataError(
            f"The pictures in {source} hold values from {low:g} to {high:g}; 0 to 255, or 0 to 1, were expected: "
            f"give them as they were before any scaling, or say --sequence all if they are sequences."
        )
    if high <= 1 and x.dtype.kind in "bf":
        return (x * np.float32(255)).round().astype(np.uint8), ("Pixel values from 0 to 1 were multiplied by 255.",)
    return x.round().astype(np.uint8), ()


def _resized(pixels: Array, wanted: Wanted) -> tuple[Array, tuple[str, ...]]:
    notes: tuple[str, ...] = ()
    shape = wanted.image_shape
    if shape is None and wanted.settings.image_size is None:
        return pixels, ()
    if shape is None:
        shape, notes = choose_shape(np.array([pixels.shape[1:3]]), pixels.shape[3], wanted)
    if shape == pixels.shape[1:]:
        return pixels, ()
    images = (Image.fromarray(one[..., 0] if one.shape[2] == 1 else one) for one in pixels)
    fitted = np.empty((len(pixels), *shape), np.uint8)
    for row, image in enumerate(images):
        fitted[row] = to_shape(image, shape)
    return fitted, notes


def _check_lengths(source: str, part: Part) -> None:
    if part.x.ndim == 0 or len(part.x) == 0:
        raise DataError(f"The features in {source} are empty; at least one row was expected.")
    if part.y is not None and (part.y.ndim == 0 or len(part.y) != len(part.x)):
        found = count(len(part.y), "target") if part.y.ndim else "a single target"
        raise DataError(
            f"{source} has {count(len(part.x), 'row')} of features and {found} ({part.split}); one per row was "
            f"expected."
        )


def _stacked(source: str, arrays: Sequence[Array], name: str) -> Array:
    if len({array.shape[1:] for array in arrays}) > 1:
        shapes = " and ".join(str(array.shape) for array in arrays)
        raise DataError(f"The {name} arrays in {source} have the shapes {shapes}; all but the first axis must agree.")
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _splits(parts: Sequence[Part]) -> dict[str, NDArray[np.int64]]:
    splits, start = {}, 0
    for part in parts:
        end = start + len(part.x)
        if part.split != "train":
            splits[part.split] = np.arange(start, end)
        start = end
    return splits
