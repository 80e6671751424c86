"""Sources of which a part is read at a time: Parquet files, delimited text files, folders of pictures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import DataError
from piste.data.bulk import object_column
from piste.data.columnar import read_parquet
from piste.data.columns import LABEL, RawTable
from piste.data.folders import by_split, pictures_below, places, table_of
from piste.data.joining import take_rows
from piste.data.reading import Wanted, unreadable
from piste.data.settings import DataSettings

PARQUET, TEXT = (".parquet", ".pq", ".parq"), (".csv", ".tsv", ".tab", ".psv")

Rows = NDArray[np.int64]


class Source(Protocol):
    """Rows on the disk, numbered from 0, read a range at a time."""

    @property
    def rows(self) -> int:
        """How many there are."""

    @property
    def splits(self) -> NDArray[np.str_] | None:
        """The split that the source itself gives each row, (rows,); None where it gives none."""

    @property
    def row_bytes(self) -> float:
        """Bytes that a row takes in memory, about."""

    def read(self, rows: Rows, wanted: Wanted) -> RawTable:
        """Return the given rows, ascending; those that lie near each other are read fastest."""

    def identity(self) -> list[tuple[str, int]]:
        """Return what tells these data from others: names and sizes of the files."""


@dataclass(frozen=True)
class ParquetRows:
    """The rows of Parquet files with the same columns, one file after the other."""

    path: Path
    files: tuple[Path, ...]
    splits: None = None

    @cached_property
    def _ends(self) -> Rows:
        return np.cumsum([_rows_of_parquet(file) for file in self.files])

    @property
    def rows(self) -> int:
        """How many there are in all files."""
        return int(self._ends[-1])

    @cached_property
    def row_bytes(self) -> float:
        """Bytes of a row as it is read: those of its values, and what Python's own texts and pictures add."""
        return sum(_bytes_of_parquet(file) for file in self.files) / max(self.rows, 1)

    def read(self, rows: Rows, wanted: Wanted) -> RawTable:
        """Return the given rows, ascending, of as many files as they lie in."""
        parts = []
        files = np.searchsorted(self._ends, rows, "right")
        for index in np.unique(files):
            inside = rows[files == index] - (int(self._ends[index - 1]) if index else 0)
            first = int(inside[0])
            found = read_parquet(self.files[index], wanted, (first, int(inside[-1]) + 1))
            parts.append(found if found.rows == len(inside) else take_rows(found, inside - first))
        return joined(parts, self.path)

    def identity(self) -> list[tuple[str, int]]:
        """Return the files with their sizes."""
        return [(file.name, file.stat().st_size) for file in self.files]


@dataclass(frozen=True)
class PictureRows:
    """The pictures below a folder, with a folder for each class."""

    path: Path
    files: tuple[Path, ...]

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.files)

    @cached_property
    def _places(self) -> tuple[list[str], list[str | None]]:
        return places([path.relative_to(self.path) for path in self.files])

    @property
    def splits(self) -> NDArray[np.str_] | None:
        """The splits that the folders name, such as train and test."""
        found = np.array(self._places[0])
        return None if (found == "train").all() else found

    @cached_property
    def row_bytes(self) -> float:
        """Bytes of the first picture's pixels, as it would be kept."""
        return float(table_of(self.path, self.files[:1], _UNLABELLED).columns["image"].nbytes)

    def read(self, rows: Rows, wanted: Wanted) -> RawTable:
        """Return the given pictures with their classes; raises `DataError` for one that lies in no class folder."""
        chosen = rows.tolist()
        table = table_of(self.path, [self.files[row] for row in chosen], replace(wanted, labelled=False))
        labels = [self._places[1][row] for row in chosen]
        if None in labels:
            bare = self.files[chosen[labels.index(None)]]
            raise DataError(f"The picture {bare} lies in no class folder: move it into one, or out of {self.path}.")
        return replace(table, columns={**table.columns, LABEL: object_column(labels)}, target=LABEL)

    def identity(self) -> list[tuple[str, int]]:
        """Return the files with their sizes."""
        return [(file.relative_to(self.path).as_posix(), file.stat().st_size) for file in self.files]


def open_source(path: Path) -> ParquetRows | PictureRows | None:
    """Return the source at `path`, where it is one of those that can be streamed as they are."""
    if path.is_file():
        return ParquetRows(path, (path,)) if path.suffix.lower() in PARQUET else None
    if path.is_dir():
        files = _beside(path, PARQUET)
        if files and not by_split(files):  # files named train and test are read as what they are
            return ParquetRows(path, files)
        pictures = pictures_below(path)
        if pictures and not files and not _beside(path, TEXT):
            return PictureRows(path, tuple(pictures))
    return None


def text_files(path: Path) -> tuple[Path, ...]:
    """Return the delimited text files at `path`: itself, or those in the folder."""
    if path.is_file():
        return (path,) if path.suffix.lower() in TEXT else ()
    return _beside(path, TEXT) if path.is_dir() and not by_split(_beside(path, TEXT)) else ()


def joined(parts: Sequence[RawTable], path: Path) -> RawTable:
    """Return tables with the same columns as one; raises `DataError` where a column is missing or of another type."""
    first = parts[0]
    if len(parts) == 1:
        return first
    columns = {}
    for name, values in first.columns.items():
        for part in parts[1:]:
            if name not in part.columns or (part.columns[name].dtype == object) != (values.dtype == object):
                raise DataError(
                    f"Column '{name}' of {first.source} is missing or of another type in {part.source}; the files of "
                    f"{path} must have the same columns."
                )
        columns[name] = np.concatenate([part.columns[name] for part in parts])
    names = tuple(name for part in parts for name in part.row_names)
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    rows = sum(part.rows for part in parts)
    return replace(first, source=str(path), rows=rows, columns=columns, row_names=names, notes=notes)


def _beside(folder: Path, suffixes: Sequence[str]) -> tuple[Path, ...]:
    return tuple(
        path for path in sorted(folder.iterdir()) if path.suffix.lower() in suffixes and path.name[0] not in "._"
    )


def _rows_of_parquet(path: Path) -> int:
    return int(_asked(path, "SELECT sum(num_rows) FROM parquet_file_metadata(?)"))


def _bytes_of_parquet(path: Path) -> float:
    # Texts become objects of Python's own, of 50 bytes and more; numbers stay as they are.
    each = "CASE WHEN type = 'BYTE_ARRAY' THEN total_uncompressed_size + 50 * num_values ELSE 8 * num_values END"
    return float(_asked(path, f"SELECT sum({each}) FROM parquet_metadata(?)"))


def _asked(path: Path, query: str) -> float:
    import duckdb

    with duckdb.connect() as connection:
        try:
            row = connection.execute(query, [str(path)]).fetchone()
        except duckdb.Error as error:
            raise unreadable(path, "Parquet", error) from error
    return float(row[0] or 0) if row else 0.0


_UNLABELLED = Wanted(DataSettings(), labelled=False)
