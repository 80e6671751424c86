"""A study: a search over settings, and its trials, each one training. Plain records, no JAX.

A trial is known by its number, counted from 0 through the whole study; what it is made of follows from the study's
seed and that number, so that a study which was cut short goes on with the very trials it would have had.
"""

import fcntl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from piste.core.errors import RunError
from piste.core.records import Status, encode, encode_line
from piste.core.runs import RunFolder, new_folder, write_bytes

STUDY, STORE = "study.json", "study.db"  # of the study's folder
LOCK = ".lock"
TRIALS = "trials.jsonl"  # the trials as they stood when a worker last stopped, for who reads without the store


class TrialStatus(StrEnum):
    """How a trial stands. Those that wait or run when a study is cut short are trained again from their start."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"  # trained to its end, or as long as it got better
    STOPPED = "stopped"  # by the scheduler
    DIVERGED = "diverged"  # a loss was not finite
    FAILED = "failed"  # its settings cannot be used together; `note` says why


@dataclass(frozen=True)
class DimensionRecord:
    """One setting that varies: `label` is unique in the study, `prior` as it is written: "log(1e-4, 1)".

    `conditions` are the choices it hangs on, as (setting, value). `why` says where the prior comes from, `usual` what
    the setting would be without the search, as it is written; "" where nothing says it.
    """

    name: str
    label: str
    prior: str
    conditions: tuple[tuple[str, str], ...] = ()
    why: str = ""
    usual: str = ""


@dataclass(frozen=True)
class TrialRecord:
    """One trial. `losses` and `metrics` are of the validation split after each round, the first after round 1.

    `settings` are those that vary, as drawn; `places` where they lie in the unit cube, one for each dimension.
    `score` is the watched metric, as it is shown, in the round of the lowest loss, round `best_round`.
    """

    number: int
    settings: Mapping[str, Any]
    places: tuple[float, ...]
    status: TrialStatus = TrialStatus.WAITING
    losses: tuple[float, ...] = ()
    metrics: tuple[float, ...] = ()
    best_round: int = 0
    loss: float | None = None  # the lowest
    score: float | None = None
    seconds: float = 0.0  # its share of the time of its population
    sampling: str = ""  # which round or part of the sampler drew it: "round 2", "parent 17"
    parent: int | None = None  # whose weights it took over, in population-based training
    worker: str = ""
    note: str = ""
    examples: str = ""  # what it made of each validation example in that round: `piste.tune.results.examples.packed`


@dataclass(frozen=True)
class StudyRecord:
    """`study.json`: what is searched, how, and how far it is. The trials themselves are in the store."""

    name: str
    status: Status
    created: str
    command: str  # the line that repeats it
    source: str  # the data
    seed: int
    metric: str
    higher_is_better: bool
    dimensions: tuple[DimensionRecord, ...]
    settings: Mapping[str, Any]  # all that does not vary, by section
    sampler: str
    scheduler: str
    trials: int  # how many are asked for
    rounds: int  # at most, of one trial
    store: str = STORE  # file in the folder, or the address of a database without its password
    versions: Mapping[str, str] | None = None
    device: str = ""
    seconds: float = 0.0
    at_once: int = 64  # trials that are claimed and trained together
    run: str = ""  # folder, beside the study's own, of the run that was made of the best settings
    origins: Mapping[str, str] = field(default_factory=dict)  # where each setting that does not vary was given
    fingerprint: str = ""  # of the data, as in `DataRecord`
    final: bool = True  # whether the best settings are trained again at the end
    ensemble: int = 0  # best networks whose mean answer is kept then
    refit: bool = False  # whether train and validation rows together are learnt from too


@dataclass(frozen=True)
class StudyFolder:
    """A study's files, read and written by name. The trials themselves are in the store."""

    path: Path

    @classmethod
    def create(cls, runs: Path, name: str) -> "StudyFolder":
        """Make a new folder `runs/<time>-<name>-study`."""
        return cls(new_folder(runs, f"{name}-study"))

    @classmethod
    def open(cls, path: Path | str) -> "StudyFolder":
        """Return the study at `path`; raises `RunError` where there is none."""
        folder = Path(path)
        if not (folder / STUDY).is_file():
            raise RunError(f"{folder} is no study: it has no {STUDY}. `piste runs` lists the studies there are.")
        return cls(folder)

    @property
    def record(self) -> StudyRecord:
        """`study.json`."""
        return RunFolder(self.path).read(StudyRecord, STUDY)

    @property
    def trials(self) -> tuple[TrialRecord, ...]:
        """The trials as they stood when a worker last stopped."""
        return RunFolder(self.path).lines(TrialRecord, TRIALS)

    def write(self, record: StudyRecord) -> None:
        """Write `study.json`."""
        write_bytes(self.path / STUDY, encode(record))

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Yield whether no other process is inside such a block of this study; it is left when the process ends."""
        with (self.path / LOCK).open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                yield False
            else:
                yield True

    def write_trials(self, trials: Iterable[TrialRecord]) -> None:
        """Write the trials beside the store."""
        write_bytes(self.path / TRIALS, b"".join(map(encode_line, trials)))


def studies_in(folder: Path) -> Iterator[StudyFolder]:
    """Yield the studies inside `folder`, oldest first."""
    if folder.is_dir():
        for path in sorted(folder.iterdir()):
            if (path / STUDY).is_file():
                yield StudyFolder(path)
