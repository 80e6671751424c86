"""The run folder: one training with its results. This module is the only writer.

A file is written to a temporary name and renamed, so a reader never sees half of one. `run.json` says
`unfinished` from the first moment until `finish`, so a killed run is never taken for a finished one.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from piste.core.errors import RunError
from piste.core.records import (
    DataRecord,
    EpochRecord,
    EvaluationRecord,
    Record,
    RunRecord,
    Status,
    decode,
    encode,
    encode_line,
)

RUN, DATA, EVALUATION, METRICS = "run.json", "data.json", "evaluation.json", "metrics.jsonl"
MODEL, PREDICTIONS, REPORT = "model", "predictions.parquet", "report.html"
CHECKPOINTS = "checkpoints"  # while a run goes on
STREAM = "stream"  # the encoded train split of data larger than memory, while a run goes on


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader sees the old file or the new one, never a part."""

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    write_through(path, write)


def write_through(path: Path, write: Callable[[Path], None]) -> None:
    """Let `write` make a temporary file, and rename that to `path` once it is whole.

    Whatever `write` raises, no temporary file is left; an `OSError` becomes a `RunError` that names `path`.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        temporary.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunError(f"Could not write {path}: {error.strerror}. Free some space or choose another place.")


_DAMAGE = (msgspec.MsgspecError, UnicodeDecodeError)


def _damaged(path: Path, error: Exception) -> RunError:
    return RunError(f"{path} is damaged ({error}); train again, or restore the file.")


@dataclass(frozen=True)
class RunFolder:
    """A run's files, read and written by name. Holds no state of its own but the path."""

    path: Path

    @classmethod
    def create(cls, runs: Path, name: str) -> "RunFolder":
        """Make a new folder `runs/<time>-<name>`; a number is added where that exists already."""
        path = new_folder(runs, name)
        (path / MODEL).mkdir()
        return cls(path)

    @classmethod
    def open(cls, path: Path | str) -> "RunFolder":
        """Return the run at `path`; raises `RunError` where there is none."""
        folder = Path(path)
        if not (folder / RUN).is_file():
            raise RunError(f"{folder} is not a run folder: it has no {RUN}. `piste runs` lists the runs there are.")
        return cls(folder)

    @property
    def name(self) -> str:
        """The folder's own name."""
        return self.path.name

    def file(self, *parts: str) -> Path:
        """Return the path of one of the run's files."""
        return self.path.joinpath(*parts)

    def write(self, content: Any, *parts: str) -> None:
        """Write a record, or bytes as they are, to the file that `parts` name."""
        write_bytes(self.file(*parts), content if isinstance(content, bytes) else encode(content))

    def append(self, record: EpochRecord) -> None:
        """Add one line to `metrics.jsonl`."""
        path = self.file(METRICS)
        try:
            with path.open("ab") as file:
                file.write(encode_line(record))
        except OSError as error:
            raise _unwritable(path, error) from error

    def keep(self, record: Any, *parts: str) -> None:
        """Add one line to the file that `parts` name, and return once it is on the disk.

        A last line that a kill cut short is taken away first, so that it cannot spoil this one.
        """
        path = self.file(*parts)
        try:
            with path.open("a+b") as file:
                file.seek(0)
                before = file.read()
                if before and not before.endswith(b"\n"):
                    file.truncate(before.rfind(b"\n") + 1)
                file.write(encode_line(record))
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise _unwritable(path, error) from error

    def rewrite(self, records: Iterable[EpochRecord]) -> None:
        """Replace `metrics.jsonl` by these lines."""
        write_bytes(self.file(METRICS), b"".join(map(encode_line, records)))

    def read(self, kind: type[Record], *parts: str) -> Record:
        """Return the record of class `kind` in the file that `parts` name; `RunError` if absent or damaged."""
        path = self.file(*parts)
        try:
            return decode(path.read_bytes(), kind)
        except FileNotFoundError as error:
            raise RunError(f"The run {self.path} has no {path.name}; it is unfinished or not a Piste run.") from error
        except OSError as error:
            raise RunError(f"{path} could not be read: {error.strerror}.") from error
        except _DAMAGE as error:
            raise _damaged(path, error) from error

    @property
    def record(self) -> RunRecord:
        """`run.json`."""
        return self.read(RunRecord, RUN)

    @property
    def data(self) -> DataRecord:
        """`data.json`."""
        return self.read(DataRecord, DATA)

    @property
    def evaluation(self) -> EvaluationRecord:
        """`evaluation.json`."""
        return self.read(EvaluationRecord, EVALUATION)

    @property
    def epochs(self) -> tuple[EpochRecord, ...]:
        """The lines of `metrics.jsonl`; a last line that a kill cut short is left out."""
        return self.lines(EpochRecord, METRICS)

    def lines(self, kind: type[Record], *parts: str) -> tuple[Record, ...]:
        """Return the lines of the file that `parts` name, none where it is absent; one that is cut short is left out.

        Raises `RunError` for a damaged line.
        """
        path = self.file(*parts)
        if not path.is_file():
            return ()
        records = []
        for line in path.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                break
            try:
                records.append(decode(line, kind))
            except _DAMAGE as error:
                raise _damaged(path, error) from error
        return tuple(records)

    def fail(self, sentence: str) -> None:
        """Mark the run as failed, with the reason."""
        self.write(replace(self.record, status=Status.FAILED, error=sentence), RUN)


def new_folder(parent: Path, name: str) -> Path:
    """Make a new folder `parent/<time>-<name>`; a number is added where that exists already."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    base = f"{stamp}-{re.sub(r'[^A-Za-z0-9_-]+', '-', name).strip('-').lower() or 'run'}"
    for attempt in range(1000):
        path = parent / (base if attempt == 0 else f"{base}-{attempt}")
        try:
            path.mkdir(parents=True)
        except FileExistsError:
            continue
        except OSError as error:
            raise RunError(f"Could not make the run folder {path}: {error.strerror}.") from error
        return path
    raise RunError(f"The folder {parent} has a thousand runs called {base}; choose another with --runs.")


def runs_in(folder: Path) -> Iterator[RunFolder]:
    """Yield the runs inside `folder`, oldest first."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if (path / RUN).is_file():
                yield RunFolder(path)
