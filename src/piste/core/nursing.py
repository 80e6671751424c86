"""A training that listens: its branches, and the commands that reach it through its run folder. Records, no JAX.

A command is a file of its own, written in one piece, so that any number of people may speak at once; the training
takes them at the end of a validation, in the order of their names, which begin with the time. What it did is in
`branches.json`, written in one piece with the answer to the command: one that was obeyed is never obeyed twice.
"""

import getpass
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from piste.core.errors import RunError
from piste.core.nursing_words import parsed
from piste.core.records import EpochRecord, decode
from piste.core.runs import METRICS, RunFolder, write_bytes

BRANCHES = "branches.json"
NURSING, INBOX, CURVES, KEPT, LOCK = "nursing", "commands", "curves", "kept", "lock"
FIRST = "b0"
_LARGEST = 1 << 16  # bytes of a command
_PATIENCE = 0.05  # seconds between two looks for an answer

# Why a branch ended, beside what ends any training.
CHANGED, LEFT, STOPPED = "changed", "left", "nurse"


@dataclass(frozen=True)
class BranchEnd:
    """Where a branch ended, and the best network on the way from the start of the training to there."""

    step: int
    epoch: int | float
    best_loss: float | None  # lowest validation loss; None where none was a number
    best_epoch: int | float
    why: str  # "changed", "left", "nurse", or as in `TrainingRecord.stopped`


@dataclass(frozen=True)
class BranchRecord:
    """A stretch of training under the same settings. It goes on from its parent, after `step` steps."""

    name: str
    parent: str  # "" for the first
    step: int
    round: int  # validations before it
    epoch: int | float
    change: str  # as it was said: "rate 0.5x"; "" for the first
    by: str
    at: str  # ISO 8601, UTC
    settings: Mapping[str, Any]  # all that may be changed, as they are in this branch
    rate_factor: float = 1.0  # of the rates of its schedule
    end: BranchEnd | None = None  # None while it is trained


@dataclass(frozen=True)
class Mark:
    """A name for a place that can be gone back to."""

    name: str
    branch: str
    step: int
    epoch: int | float


@dataclass(frozen=True)
class Heard:
    """A command with what came of it: one sentence, and whether it was refused."""

    id: str
    words: str
    by: str
    at: str
    epoch: int | float
    answer: str
    refused: bool = False


@dataclass(frozen=True)
class NursedRecord:
    """`branches.json`: all branches in the order in which they were opened, and all that was heard."""

    branches: tuple[BranchRecord, ...]
    present: str
    paused: bool = False
    marks: tuple[Mark, ...] = ()
    heard: tuple[Heard, ...] = ()
    winner: str = ""  # the branch that has the network that is kept; "" until the training is over
    kept: str = ""  # the branch to whose end the curves lead; the winner is on its line
    judged: int = 0  # how often the test split was looked at
    replay: bool = False  # whether the branches are those of another run, followed once more

    def branch(self, name: str) -> BranchRecord:
        """Return the branch called `name`; raises `RunError` where there is none."""
        for one in self.branches:
            if one.name == name:
                return one
        raise RunError(f"There is no branch '{name}'. There are: {', '.join(one.name for one in self.branches)}.")

    def line(self, name: str) -> tuple[BranchRecord, ...]:
        """Return the branches that lead from the start of the training to the end of `name`."""
        one = self.branch(name)
        return (*self.line(one.parent), one) if one.parent else (one,)


@dataclass(frozen=True)
class Order:
    """A command that waits to be heard."""

    id: str
    words: str
    by: str
    at: str


def now() -> str:
    """Return the time as records have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def person() -> str:
    """Return who uses this computer now."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def nursed(folder: RunFolder) -> bool:
    """Return whether the run keeps branches."""
    return folder.file(BRANCHES).is_file()


def branches(folder: RunFolder) -> NursedRecord:
    """Return the branches of a run; raises `RunError` where it keeps none, or the file is damaged."""
    return folder.read(NursedRecord, BRANCHES)


def command(folder: RunFolder | Path | str, words: str | Sequence[str], by: str = "") -> str:
    """Leave a command for the training in `folder`, and return its id, by which `answer` finds what came of it.

    `words` are as after `piste nurse RUN`: "rate 0.5x", "back 12 dropout 0.2". `by` says who speaks, this computer's
    user when left out. Any process may call this at any moment. Raises `SettingError` for words that are no command,
    `RunError` where the folder is no run or cannot be written.
    """
    folder = folder if isinstance(folder, RunFolder) else RunFolder.open(folder)
    said = words if isinstance(words, str) else " ".join(words)
    parsed(said)
    order = Order(f"{time.time_ns():020d}-{secrets.token_hex(4)}", said, by or person(), now())
    inbox = folder.file(NURSING, INBOX)
    try:
        inbox.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"Could not make the folder {inbox}: {error.strerror}.") from error
    write_bytes(inbox / f"{order.id}.json", msgspec.json.encode(order))
    return order.id


def answer(folder: RunFolder, order: str, seconds: float = 0.0) -> Heard | None:
    """Return what came of the command with the id `order`, waiting so long for it; None where it still waits."""
    until = time.monotonic() + seconds
    while True:
        if nursed(folder):
            for one in reversed(branches(folder).heard):
                if one.id == order:
                    return one
        if time.monotonic() >= until:
            return None
        time.sleep(_PATIENCE)


def waiting(folder: RunFolder) -> tuple[Order, ...]:
    """Return the commands that wait, the earliest first; one that cannot be read is one without words."""
    inbox = folder.file(NURSING, INBOX)
    files = sorted(inbox.glob("[0-9]*.json")) if inbox.is_dir() else []
    return tuple(_read(file) for file in files)


def _read(file: Path) -> Order:
    try:
        with file.open("rb") as stream:
            order = decode(stream.read(_LARGEST), Order)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Order(file.stem, "", "", now())
    return Order(file.stem, order.words, order.by, order.at)


def forget(folder: RunFolder, order: str) -> None:
    """Take a command that was heard away."""
    folder.file(NURSING, INBOX, f"{order}.json").unlink(missing_ok=True)


def curve(folder: RunFolder, record: NursedRecord, name: str) -> tuple[EpochRecord, ...]:
    """Return the validations of a branch alone, those of its parents left out."""
    file = folder.file(NURSING, CURVES, f"{name}.jsonl")
    if file.is_file():
        return folder.lines(EpochRecord, NURSING, CURVES, file.name)
    if name not in (record.present, record.kept):
        return ()
    return tuple(one for one in folder.lines(EpochRecord, METRICS) if one.step > record.branch(name).step)


def with_curves(folder: RunFolder) -> tuple[NursedRecord, dict[str, tuple[EpochRecord, ...]]]:
    """Return the branches of a run, and the curve of each by its name."""
    record = branches(folder)
    return record, {one.name: curve(folder, record, one.name) for one in record.branches}


@contextmanager
def bedside(folder: RunFolder) -> Iterator[None]:
    """Hold the lock that says that the run is being trained; raises `RunError` where another process does."""
    import fcntl

    path = folder.file(NURSING, LOCK)
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(f"The run {folder.path} is being trained by another process already.") from error
        yield


def attended(folder: RunFolder) -> bool:
    """Return whether some process trains the run now."""
    if not folder.file(NURSING, LOCK).is_file():
        return False
    with suppress(RunError), bedside(folder):
        return False
    return True
