"""Folders: pictures with a folder for each class, pictures alone, MNIST's files, and files named train and test."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.bulk import object_column
from piste.data.columns import IMAGE, LABEL, RawTable
from piste.data.idx import idx_pairs, read_idx_folder
from piste.data.naming import listed
from piste.data.pictures import Encoded, decode
from piste.data.reading import Wanted, count
from piste.data.sequences import joined_rows

PICTURE_SUFFIXES = frozenset(
    [".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm", ".pbm", ".pnm"]
)

_SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "dev": "validation",
}
_ORDER = ("train", "validation", "test")

ReadFile = Callable[[Path, Wanted], RawTable]


def read_folder(folder: Path, wanted: Wanted, suffixes: Sequence[str], read_file: ReadFile) -> RawTable:
    """Return the table in `folder`; `suffixes` are those of files that `read_file` reads.

    Raises `DataError` for a folder with nothing in it that can be read, or pictures without a folder per class.
    """
    if pairs := idx_pairs(folder):
        return read_idx_folder(folder, pairs, wanted)
    files = [path for path in _visible(folder) if path.is_file() and path.suffix.lower() in suffixes]
    named = by_split(files)
    if "train" in named and len(named) > 1:
        return _joined(folder, {name: read_file(path, wanted) for name, path in named.items()})
    pictures = pictures_below(folder)
    if len(files) == 1 and not pictures:
        return read_file(files[0], wanted)
    if files and not pictures:
        raise DataError(
            f"The folder {folder} has several tables ({listed([path.name for path in files], 5)}); give one, or "
            f"name two of them train and test."
        )
    if not pictures:
        there = listed([path.name for path in _visible(folder)], 5) or "nothing"
        raise DataError(
            f"The folder {folder} has no pictures and no files named train and test in it (it has {there}); a folder "
            f"of pictures for each class was expected."
        )
    return table_of(folder, pictures, wanted)


def read_picture(path: Path, wanted: Wanted) -> RawTable:
    """Return the table of one picture, for prediction."""
    if wanted.labelled:
        raise DataError(f"{path} is one picture; a folder with a folder of pictures for each class was expected.")
    return table_of(path.parent, [path], wanted)


def table_of(folder: Path, pictures: Sequence[Path], wanted: Wanted) -> RawTable:
    """Return the table of `pictures`, files below `folder`."""
    inside = [path.relative_to(folder) for path in pictures]
    splits, labels = places(inside)
    notes: tuple[str, ...] = ()
    if wanted.labelled:
        bare = [str(path) for path, label in zip(inside, labels, strict=True) if label is None]
        if len(bare) == len(inside):
            raise DataError(
                f"The folder {folder} has {count(len(pictures), 'picture')} and no folder for each class; the names of "
                f"the folders that pictures lie in say their classes."
            )
        if bare:
            raise DataError(
                f"The picture {bare[0]} in {folder} lies in no class folder, and others do; move it into one."
            )
        notes = _left_out(folder)
    pixels, more = decode([Encoded(str(path), path) for path in pictures], wanted)
    columns = {IMAGE: pixels, LABEL: object_column(labels)} if wanted.labelled else {IMAGE: pixels}
    return RawTable(
        name=folder.resolve().name,
        source=str(folder),
        rows=len(pixels),
        columns=columns,
        splits=_rows_of(splits) if wanted.labelled else {},
        target=LABEL if wanted.labelled else None,
        notes=(*notes, *more),
        row_names=tuple(path.as_posix() for path in inside),
    )


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith((".", "__")))


def pictures_below(folder: Path) -> list[Path]:
    """Return the pictures in `folder` and below, class by class, in the order of their names."""
    found: list[Path] = []
    for path in _visible(folder):
        if path.is_dir():
            found += pictures_below(path)
        elif path.suffix.lower() in PICTURE_SUFFIXES:
            found.append(path)
    return found


def places(inside: Sequence[Path]) -> tuple[list[str], list[str | None]]:
    """Return the split and the class that each path (relative to the data's folder) says by its folders."""
    tops = {path.parts[0].lower() for path in inside if len(path.parts) > 1}
    are_splits = len(tops) > 1 and tops <= _SPLIT_NAMES.keys() and any(_SPLIT_NAMES[top] == "train" for top in tops)
    level = 1 if are_splits else 0
    splits = [_SPLIT_NAMES[path.parts[0].lower()] if are_splits and len(path.parts) > 1 else "train" for path in inside]
    return splits, [path.parts[level] if len(path.parts) > level + 1 else None for path in inside]


def _rows_of(splits: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    names = np.array(splits)
    return {name: np.flatnonzero(names == name) for name in _ORDER[1:] if name in splits}


def _left_out(folder: Path) -> tuple[str, ...]:
    others = [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix.lower() not in PICTURE_SUFFIXES
        and not path.name.startswith((".", "__", "Thumbs"))
    ]
    return (f"Left out, being no pictures: {listed(others, 3)}.",) if others else ()


def by_split(files: Sequence[Path]) -> dict[str, Path]:
    """Return the file of each split, by the first word of the files' names; nothing where that is not clear."""
    found: dict[str, Path] = {}
    for path in files:
        words = path.name.lower().replace("_", "-").replace(".", "-").split("-")
        split = next((_SPLIT_NAMES[word] for word in words if word in _SPLIT_NAMES), None)
        if split is None or split in found:
            return {}
        found[split] = path
    return {name: found[name] for name in _ORDER if name in found}


def _joined(folder: Path, tables: Mapping[str, RawTable]) -> RawTable:
    first = tables["train"]
    columns = {}
    for name in first.columns:
        for table in tables.values():
            if name not in table.columns:
                raise DataError(f"{table.source} has no column '{name}', which {first.source} has; they must agree.")
        arrays = [table.columns[name] for table in tables.values()]
        _refuse_unlike(name, [(table.source, array) for table, array in zip(tables.values(), arrays, strict=True)])
        columns[name] = joined_rows(arrays) if arrays[0].ndim == 3 else np.concatenate(arrays)
    splits = [split for split, table in tables.items() for _ in range(table.rows)]
    return replace(
        first,
        name=folder.resolve().name,
        source=str(folder),
        rows=len(splits),
        columns=columns,
        splits=_rows_of(splits),
        notes=tuple(dict.fromkeys(note for table in tables.values() for note in table.notes)),
        row_names=(),
    )


def _shape(column: NDArray[np.generic]) -> tuple[int, ...]:
    return (3, column.shape[2]) if column.ndim == 3 else column.shape[1:]  # sequences may differ in their steps


def _refuse_unlike(name: str, columns: Sequence[tuple[str, NDArray[np.generic]]]) -> None:
    (first_source, first), *others = columns
    for source, column in others:
        kinds = {first.dtype.kind, column.dtype.kind}
        if _shape(first) != _shape(column) or (len(kinds) > 1 and kinds != {"i", "f"}):
            raise DataError(
                f"Column '{name}' holds {first.dtype} values {first.shape[1:] or ''} in {first_source} and "
                f"{column.dtype} values {column.shape[1:] or ''} in {source}; they must be alike."
            )
