"""Examples that stay on the disk: a window of them is trained on while a thread fills the next one.

The train split lies in three files, rows of equal length one after the other. In each epoch blocks of neighbouring rows
are put into a random order (named key "blocks", epoch) and cut into windows; within a window the order of the examples
is a permutation (`Timeline`). Both are functions of the seed, so a training that goes on finds the same windows.

Grain does the like with Python iterators, an example at a time; here a window is a handful of reads into one array,
which the compiled program then takes as if it were the whole split.
"""

import math
import os
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import msgspec
import numpy as np
from numpy.typing import NDArray

from piste.core.errors import RunError
from piste.core.keys import generator
from piste.core.runs import write_bytes
from piste.train.examples import Examples
from piste.train.plan import Split

_PARTS = ("inputs", "targets", "weights")
_MARK = "whole.json"
_BLOCK_BYTES = 1 << 18  # read together: enough for a disk's full speed, little enough to mix a sorted file
_MOST_WINDOW = 1 << 28  # bytes; larger windows mix no better and only take longer to fill for the first time
_WINDOWS = 4  # that the memory must hold: the present one, the next, and a copy on its way to the device
_ALIGNED = 64  # bytes: arrays that begin at a multiple of them are used by the CPU as they are

Part = tuple[NDArray[Any], NDArray[Any], NDArray[np.float32]]


class Content(msgspec.Struct, frozen=True):
    """What lies in the files: rows, and of each file the type of its numbers and the shape of a row."""

    rows: int
    types: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Stream:
    """The train split on the disk, in `folder`; `head` is a sample of it in memory, `memory` the bytes for windows.

    Where the sample has no weights, those on the disk are passed over.
    """

    folder: Path
    head: Examples
    seed: int
    memory: int

    @cached_property
    def content(self) -> Content:
        """What lies in the files."""
        return msgspec.json.decode((self.folder / _MARK).read_bytes(), type=Content)

    def __len__(self) -> int:
        return self.content.rows

    @property
    def row_bytes(self) -> int:
        """Bytes of a row of all three files."""
        return sum(_bytes(kind, shape) for kind, shape in zip(self.content.types, self.content.shapes, strict=True))

    def window(self, batch_size: int) -> int:
        """Return the rows of a window: as many whole batches as fit, at least one, and no more than there are."""
        room = min(self.memory // _WINDOWS, _MOST_WINDOW)
        most = max(room // max(self.row_bytes * batch_size, 1), 1)
        return min(most, max(len(self) // batch_size, 1)) * batch_size

    def read(self, epoch: int, number: int, window: int) -> Split:
        """Return window `number` of `epoch` on the device: `window` rows, zeros behind the last example."""
        pieces = self._pieces(epoch, number * window, min((number + 1) * window, len(self)))
        parts = [
            jnp.asarray(_filled(self.folder / name, pieces, kind, shape, window))
            for name, kind, shape in zip(_PARTS, self.content.types, self.content.shapes, strict=True)
            if name != "weights" or self.head.weights is not None
        ]
        return Split(parts[0], parts[1], parts[2] if len(parts) > 2 else None)

    def _pieces(self, epoch: int, start: int, end: int) -> list[tuple[int, int]]:
        """Return the pieces of the files, (first row, rows), that are rows `start` to `end` of the epoch's order."""
        size = max(_BLOCK_BYTES // max(self.row_bytes, 1), 1)
        blocks = generator(self.seed, "blocks", epoch).permutation(-(-len(self) // size))
        sizes = np.minimum(size, len(self) - blocks * size)
        ends = np.cumsum(sizes)
        pieces = []
        for index in range(int(np.searchsorted(ends, start, "right")), len(blocks)):
            before = int(ends[index] - sizes[index])
            if before >= end:
                break
            first, last = max(start - before, 0), min(end - before, int(sizes[index]))
            pieces.append((int(blocks[index]) * size + first, last - first))
        return pieces


def written(folder: Path, blocks: Iterable[Part], head: Examples, seed: int, memory: int, rows: int) -> Stream:
    """Write the examples of `blocks`, about `rows` of them, into `folder`, unless they are there, and return them.

    Raises `RunError` where the disk has no room for them.
    """
    stream = Stream(folder, head, seed, memory)
    if (folder / _MARK).exists():
        return stream
    folder.mkdir(parents=True, exist_ok=True)
    needed = rows * (head.inputs[:1].nbytes + head.targets[:1].nbytes + 4)
    _check_room(folder, needed)
    try:
        with ExitStack() as stack:
            content = _write(blocks, [stack.enter_context((folder / name).open("wb")) for name in _PARTS])
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise RunError(f"The examples could not be written to {folder}: {error.strerror or error}.") from error
    write_bytes(folder / _MARK, msgspec.json.encode(content))
    return stream


def _write(blocks: Iterable[Part], files: Sequence[Any]) -> Content:
    rows, content = 0, Content(0, (), ())
    for block in blocks:
        for file, values in zip(files, block, strict=True):
            file.write(np.ascontiguousarray(values).data)
        rows += len(block[0])
        content = Content(rows, tuple(one.dtype.str for one in block), tuple(one.shape[1:] for one in block))
    return content


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise RunError(
            f"The encoded examples take {needed / 2**30:.1f} GiB on the disk of {folder}, and {free / 2**30:.1f} GiB "
            "are free: make room, or choose another folder with --runs."
        )


def _bytes(kind: str, shape: tuple[int, ...]) -> int:
    return np.dtype(kind).itemsize * math.prod(shape)


def _filled(
    path: Path, pieces: list[tuple[int, int]], kind: str, shape: tuple[int, ...], window: int
) -> NDArray[np.generic]:
    row = _bytes(kind, shape)
    buffer = np.empty(window * row + _ALIGNED, np.uint8)
    start = -buffer.ctypes.data % _ALIGNED
    filled = buffer[start : start + window * row]
    view, place = filled.data, 0
    with path.open("rb", buffering=0) as file:
        for first, rows in pieces:
            _read_into(file.fileno(), view[place : place + rows * row], first * row, path)
            place += rows * row
    filled[place:] = 0
    return filled.view(kind).reshape(window, *shape)


def _read_into(file: int, view: memoryview, offset: int, path: Path) -> None:
    while len(view):
        read = os.preadv(file, [view], offset)
        if read == 0:
            raise RunError(f"{path} is shorter than it was when it was written: run the training anew.")
        view, offset = view[read:], offset + read


class ReadAhead:
    """Gives the windows of `stream`, of `window` rows each and `count` to an epoch; the next is read meanwhile."""

    def __init__(self, stream: Stream, window: int, count: int) -> None:
        self._stream, self._window, self._count = stream, window, count
        self._pool = ThreadPoolExecutor(1, "read-ahead")
        self._present: tuple[tuple[int, int], Split] | None = None
        self._next: tuple[tuple[int, int], Future[Split]] | None = None

    def __call__(self, epoch: int, number: int) -> Split:
        """Return window `number` of `epoch` on the device."""
        whole = len(self._stream) <= self._window  # then its examples stay, and only their order changes
        place = (0, 0) if whole else (epoch, number)
        if self._present is None or self._present[0] != place:
            self._present = None  # its memory is the next one's
            waiting = self._next if self._next and self._next[0] == place else (place, self._ask(place))
            self._present = (place, waiting[1].result())
            follows = (epoch, number + 1) if number + 1 < self._count else (epoch + 1, 0)
            self._next = None if whole else (follows, self._ask(follows))
        return self._present[1]

    def _ask(self, place: tuple[int, int]) -> "Future[Split]":
        return self._pool.submit(self._read, place)

    def _read(self, place: tuple[int, int]) -> Split:
        split = self._stream.read(*place, self._window)
        return Split(*jax.block_until_ready(tuple(split)))  # type: ignore[no-untyped-call]
