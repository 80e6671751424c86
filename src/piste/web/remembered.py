"""What was read from a file, kept until the file changes; and what takes long to make, the last few of it."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Any, TypeVar

Content = TypeVar("Content")
Stamp = tuple[int, int]
MOST = 4096  # files


def stamp(path: Path) -> Stamp | None:
    """Return what changes when the file does, time and size; None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


class LastFew:
    """The `most` things that were asked for last. They are made one at a time, since each takes all cores."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Hashable, make: Callable[[], Content]) -> Content:
        """Return what `make` returned for an equal key, or returns now."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = make()
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            kept: Content = self._kept[key]
            return kept


class Remembered:
    """Results of reading files; a file is read again only when its time or size has changed."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[Path, str], tuple[Stamp | None, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, path: Path, read: Callable[[Path], Content], what: str = "") -> Content:
        """Return `read(path)`, from memory if the file is as it was; `what` tells apart several readings of a file."""
        key, now = (path, what), stamp(path)
        with self._lock:
            if key in self._kept and self._kept[key][0] == now:
                self._kept.move_to_end(key)
                kept: Content = self._kept[key][1]
                return kept
        content = read(path)
        with self._lock:
            self._kept[key] = (now, content)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return content
