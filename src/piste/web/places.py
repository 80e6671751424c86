"""What a request may name: the runs and studies of one folder, and the files inside them, nothing else."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from piste.core.errors import RunError
from piste.core.runs import RUN, RunFolder
from piste.core.studies import STUDY

MEGABYTE = 1 << 20
LARGEST = 64 * MEGABYTE
"""Bytes of a record's file that are read; a larger one is refused with a sentence, and cannot fill the memory."""


@dataclass(frozen=True)
class Places:
    """The folder that is shown. `only` names the one entry there is when the folder shown is itself a run or study."""

    root: Path
    only: str = ""

    @classmethod
    def of(cls, folder: Path) -> "Places":
        """Return the places of `folder`, which holds runs and studies or is one; `RunError` where it is no folder."""
        folder = folder.resolve()
        if not folder.is_dir():
            raise RunError(f"{folder} is no folder; give the one that holds the runs, or a run's own.")
        if _kind(folder):
            return cls(folder.parent, folder.name)
        return cls(folder)

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield (name, RUN or STUDY) of every entry, in the order of the names."""
        if self.only:
            kind = _kind(self.root / self.only)
            yield from [(self.only, kind)] if kind else []
            return
        with os.scandir(self.root) as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
        for name in names:
            if kind := _kind(self.root / name):
                yield name, kind

    def entry(self, name: str) -> Path:
        """Return the folder of the entry `name`; raises `RunError` where there is none, or the name leads elsewhere."""
        unsafe = name in ("", ".", "..") or "\0" in name or Path(name).name != name or len(os.fsencode(name)) > 255
        if unsafe or (self.only and name != self.only):
            raise RunError("There is no such run or study.")
        path = self.root / name
        if path.is_symlink() or not _kind(path):
            raise RunError(f"There is no run or study called {name!r} in {self.root}.")
        return path

    def run(self, name: str) -> RunFolder:
        """Return the run `name`; raises `RunError` where there is none."""
        path = self.entry(name)
        if not ordinary(path / RUN):
            raise RunError(f"{name!r} is a study, not a run.")
        return RunFolder(path)


def ordinary(path: Path) -> bool:
    """Return whether `path` is a plain file: no link that may lead elsewhere, no pipe that would never end."""
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def readable(path: Path, most: int = LARGEST) -> bool:
    """Return whether there is a plain file at `path`; raises `RunError` where it has more than `most` bytes."""
    if not ordinary(path):
        return False
    size = path.stat().st_size
    if size > most:
        raise RunError(
            f"{path.name} has {size / MEGABYTE:,.0f} MB; the page reads at most {most // MEGABYTE} MB of it."
        )
    return True


def _kind(folder: Path) -> str:
    return next((name for name in (RUN, STUDY) if ordinary(folder / name)), "")
