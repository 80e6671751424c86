"""Data that stay on the disk: a sample of them in memory says what they are like, the rest is read block by block.

Which split a row is in follows from a hash of its number, so that nothing but the number has to be known. Kinds,
classes and encoders are learnt from a sample of the train split; validation and test splits are kept in memory, and
bounded.
"""

import hashlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.keys import seed_of
from piste.data.columns import RawTable
from piste.data.encoding import Encoding
from piste.data.folders import pictures_below
from piste.data.joining import alone
from piste.data.naming import find_columns
from piste.data.new_rows import match, resembled
from piste.data.reading import Wanted
from piste.data.settings import DataSettings
from piste.data.splits import VALIDATION_CAP, parse_shares
from piste.data.stream_sources import Rows, Source, joined, open_source, text_files
from piste.data.stream_text import to_parquet
from piste.data.weights import row_weights

GIB = 1 << 30
BLOCK = 1 << 17  # rows that are read together, at most
_BLOCK_BYTES = 1 << 26  # of them
_SAMPLE = 100_000  # rows of the train split that are looked at, at most
_TEST = 100_000  # rows of the test split, at most
_SHARE = 0.125  # of the memory for the sample, and for each split that is kept there
_IN_MEMORY = 2.5  # times the bytes of the columns as read: their encoding, and what is made on the way
_TEXT_IN_MEMORY = 4.0  # times the bytes of a text file
_PACKED = 100.0  # times smaller than in memory: files are never packed better


@dataclass(frozen=True)
class StreamedRows:
    """The train split on the disk.

    `train` (rows,) says for each row of the source whether it is in it; `memory` is in bytes; `made` holds files that
    go when this goes.
    """

    source: Source
    train: NDArray[np.bool_]
    settings: DataSettings
    memory: int
    made: Any = None

    def __len__(self) -> int:
        return int(self.train.sum())

    def blocks(self, encoding: Encoding) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[np.float32]]]:
        """Yield (inputs, targets, weights) of the train split, encoded, in the order of the source.

        Rows without a target are left out. Raises `DataError` for values that the encoding does not admit, such as a
        class that no row of the sample has.
        """
        wanted = Wanted(self.settings, like=resembled(encoding))
        for rows in _in_blocks(self.train, _block(self.source, self.memory)):
            new = match(self.source.read(rows, wanted), encoding, labelled=True)
            yield encoding.inputs(new.columns), encoding.targets(np.asarray(new.values)), self._weights(new.table)

    def _weights(self, table: RawTable) -> NDArray[np.float32]:
        if not self.settings.weights:
            return np.ones(table.rows, np.float32)
        (name,) = find_columns(self.settings.weights, tuple(table.columns), "weights")
        return row_weights(alone(table).raw(name)).astype(np.float32)


@dataclass(frozen=True)
class Sampled:
    """What is kept in memory of data that stay on the disk.

    `table` has the validation and test splits and a sample of the train split, as its `splits` say; `rows` are its
    rows' numbers in the source; `reason` says why not all are there.
    """

    table: RawTable
    rows: Rows
    stream: StreamedRows
    reason: str
    fingerprint: str


def sampled(data: Any, settings: DataSettings) -> Sampled | None:
    """Return what stands in memory for `data`, with the train split on the disk; None where all are to be read.

    They stay on the disk with `settings.stream`, where they would not fit into `settings.memory` GiB (half of what is
    free when left out), and where a folder holds several tables. Raises `SettingError` where data cannot be
    streamed, or a setting needs all rows at once.
    """
    if settings.stream is False or not isinstance(data, str | Path):
        _refuse(settings)
        return None
    path = Path(data).expanduser()
    texts = text_files(path)
    if texts and path.is_dir() and pictures_below(path):
        texts = ()  # a list of the pictures, say
    source = None if texts or not path.exists() else open_source(path)
    if source is None and not texts:
        _refuse(settings)
        return None
    memory = round(settings.memory * GIB) if settings.memory else available_memory() // 2
    reason = _reason(source, texts, settings, memory)
    if not reason:
        return None
    _check(settings)
    made: Any = None
    notes: tuple[str, ...] = ()
    if source is None:
        made = _Folder()
        written, notes = to_parquet(texts, made.path, Wanted(settings))
        source = open_source(written)
        assert source is not None
    return _sample(source, path, StreamedRows(source, np.zeros(0, np.bool_), settings, memory, made), reason, notes)


class _Folder:
    """A new folder, which goes when this goes."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="piste-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def available_memory() -> int:
    """Return the bytes of memory that are free for programs here."""
    try:
        with Path("/proc/meminfo").open(encoding="ascii") as file:
            found = dict(line.split(":") for line in file)
        return int(found["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


def _refuse(settings: DataSettings) -> None:
    if settings.stream:
        raise SettingError(
            "Only Parquet files, CSV files, folders of either, and folders of pictures with a folder for each class "
            "can be streamed: leave --stream out, or save the data as Parquet."
        )


def _check(settings: DataSettings) -> None:
    for name in ("group", "time", "test", "drop_duplicates"):
        if getattr(settings, name) not in (None, False):
            raise SettingError(
                f"--{name.replace('_', '-')} needs all rows in memory, and these data are streamed: leave it out, or "
                "give --memory a number of GiB that they fit into."
            )


def _reason(source: Source | None, texts: tuple[Path, ...], settings: DataSettings, memory: int) -> str:
    if settings.stream:
        return "as was asked for"
    size = float(sum(file.stat().st_size for file in texts))
    if source is None:
        size *= _TEXT_IN_MEMORY
    elif _PACKED * sum(size for _, size in source.identity()) > memory:  # else they fit, whatever is in them
        size = _IN_MEMORY * source.rows * source.row_bytes
    if size > memory:
        return f"they would take about {size / GIB:.1f} GiB, and {memory / GIB:.1f} GiB may be used (--memory)"
    several = len(texts) > 1 or (len(getattr(source, "files", ())) > 1 and getattr(source, "splits", None) is None)
    return "they are several files" if several and not _pictures(source) else ""


def _pictures(source: Source | None) -> bool:
    return source is not None and type(source).__name__ == "PictureRows"


def _sample(source: Source, path: Path, stream: StreamedRows, reason: str, notes: tuple[str, ...]) -> Sampled:
    settings, room = stream.settings, _SHARE * stream.memory / max(source.row_bytes * _IN_MEMORY, 1.0)
    chance = _chances(source.rows, settings.seed)
    split = _split(source, chance, parse_shares(settings.split), room)
    train = split == 0
    count = min(int(min(_SAMPLE, max(room, 1000.0))), int(train.sum()))
    looked_at = train & (chance >= np.partition(chance[train], -count)[-count])
    kept = looked_at | ~train & (split > 0)
    parts: list[RawTable] = []
    for rows in _in_blocks(kept, _block(source, stream.memory)):
        parts.append(source.read(rows, Wanted(settings, like=parts[0] if parts else None)))
    rows = np.flatnonzero(kept)
    table = joined(parts, path)
    names = {"train": 0, "validation": 1, "test": 2}
    table = replace(
        table,
        name=path.name.split(".")[0],
        source=str(path),
        splits={name: np.flatnonzero(split[rows] == number) for name, number in names.items()},
        notes=(*table.notes, *notes),
    )
    held = hashlib.sha256(msgspec.json.encode([source.rows, source.identity(), settings.seed])).hexdigest()
    return Sampled(table, rows, replace(stream, train=train), reason, held)


def _chances(rows: int, seed: int) -> NDArray[np.float64]:
    """Return a number in [0, 1) for each row, (rows,), by its own number alone (SplitMix64, Steele et al. 2014)."""
    z = np.arange(1, rows + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed_of(seed, "split"))
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))).astype(np.float64) / 2.0**64


def _split(
    source: Source, chance: NDArray[np.float64], shares: tuple[float, float, float], room: float
) -> NDArray[np.int8]:
    """Return 0 for each row of the train split, 1 validation, 2 test, -1 for one of a split that is too large."""
    rows = len(chance)
    split = np.zeros(rows, np.int8)
    given = source.splits
    tests = min(shares[2], min(_TEST, room) / rows)
    validations = min(shares[1], min(VALIDATION_CAP, room) / rows)
    if given is None:
        split[chance < tests + validations] = 1
        split[chance < tests] = 2
        return split
    for number, name, most in ((1, "validation", validations), (2, "test", min(_TEST, room) / rows)):
        there = given == name
        if there.any():
            split[there] = np.where(chance[there] < most * rows / there.sum(), number, -1)
        else:
            split[(split == 0) & (given == "train") & (chance < most)] = number
    return split


def _block(source: Source, memory: int) -> int:
    """Return how many rows are read together: few large reads, of a sixteenth of the memory at most."""
    return max(int(min(BLOCK, min(_BLOCK_BYTES, memory / 16) / source.row_bytes)), 64)


def _in_blocks(chosen: NDArray[np.bool_], block: int) -> Iterator[Rows]:
    for start in range(0, len(chosen), block):
        rows = np.flatnonzero(chosen[start : start + block]) + start
        if len(rows):
            yield rows
