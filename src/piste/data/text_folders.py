"""Folders of texts: a .txt file for each text, in a folder for each class."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.core.records import Kind
from piste.data.bulk import object_column
from piste.data.columns import LABEL, TEXT, RawTable
from piste.data.folders import PICTURE_SUFFIXES, places
from piste.data.reading import Wanted, count
from piste.data.text_files import read_text

SUFFIX = ".txt"


def texts_below(folder: Path, wanted: Wanted, tables: Sequence[str]) -> list[Path]:
    """Return the .txt files in the folders of `folder`, by name; none where there are pictures or tables.

    For prediction, those that lie in `folder` itself as well.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if not path.is_file() or any(part.startswith((".", "__")) for part in inside):
            continue
        suffix = path.suffix.lower()
        if suffix in PICTURE_SUFFIXES or suffix in tables:
            return []
        if suffix == SUFFIX and (len(inside) > 1 or not wanted.labelled):
            found.append(path)
    return found


def read_texts(folder: Path, files: Sequence[Path], wanted: Wanted) -> RawTable:
    """Return the table of the texts in `files`, below `folder`, whose folders say their classes, and maybe splits."""
    inside = [path.relative_to(folder) for path in files]
    splits, labels = places(inside)
    if wanted.labelled and None in labels:
        raise DataError(f"The text {inside[labels.index(None)]} in {folder} lies in no class folder; move it into one.")
    texts, others = [], 0
    for path in files:
        text = read_text(path) if path.read_bytes().strip() else None
        texts.append(text.content if text else None)
        others += bool(text and text.notes)
    note = (
        f"{count(others, 'file')} of {folder} had another encoding than UTF-8, which was found out." if others else ""
    )
    columns = {TEXT: object_column(texts)}
    return RawTable(
        name=folder.resolve().name,
        source=str(folder),
        rows=len(files),
        columns={**columns, LABEL: object_column(labels)} if wanted.labelled else columns,
        splits=_rows_of(splits) if wanted.labelled else {},
        target=LABEL if wanted.labelled else None,
        notes=(note,) if note else (),
        row_names=tuple(path.as_posix() for path in inside),
        kinds={TEXT: Kind.TEXT},
    )


def _rows_of(splits: Sequence[str]) -> dict[str, NDArray[np.int64]]:
    names = np.array(splits)
    return {name: np.flatnonzero(names == name) for name in ("validation", "test") if name in splits}


def is_one_text(path: Path, wanted: Wanted) -> bool:
    """Return whether `path` is one more text for a network that was trained on such a folder."""
    like = wanted.like
    return path.suffix.lower() == SUFFIX and like is not None and tuple(like.columns) == (TEXT, LABEL)
