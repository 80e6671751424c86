"""The list of runs and studies: the heads of their records alone, each read once until it changes."""

from pathlib import Path

import msgspec

from piste.core.errors import RunError
from piste.core.records import Score, Status, Task, decode
from piste.core.runs import DATA, EVALUATION, METRICS, RUN
from piste.core.studied import RESULTS
from piste.core.studies import STUDY
from piste.web.places import Places, readable
from piste.web.remembered import Remembered

DAMAGED = "damaged"
GONE = "It was removed while it was read."


class _Training(msgspec.Struct):
    epochs: float = 0
    best_epoch: float = 0
    seconds: float = 0
    parameters: int = 0
    stopped: str = ""


class _Run(msgspec.Struct):
    name: str
    status: Status
    created: str = ""
    error: str = ""
    training: _Training | None = None


class _Target(msgspec.Struct):
    task: Task


class _Data(msgspec.Struct):
    name: str
    rows: int
    target: _Target


class _Evaluation(msgspec.Struct):
    main: str
    scores: tuple[Score, ...] = ()


class _Study(msgspec.Struct):
    name: str
    status: Status
    created: str = ""
    trials: int = 0
    metric: str = ""
    source: str = ""
    seconds: float = 0


class _Results(msgspec.Struct):
    test: Score | None = None


class Entry(msgspec.Struct):
    """One line of the list. What the run or study did not come to is empty."""

    kind: str  # "run" or "study"
    name: str  # of its folder
    status: str
    title: str = ""
    created: str = ""
    data: str = ""
    rows: int = 0
    task: str = ""
    score: Score | None = None
    epochs: float = 0
    seconds: float = 0
    parameters: int = 0
    trials: int = 0
    changed: float = 0  # seconds since 1970 of the last line of its curves
    error: str = ""


class Listing:
    """Reads the list of `places` again and again, at the cost of what has changed."""

    def __init__(self, places: Places) -> None:
        self._places, self._remembered = places, Remembered()

    def entries(self) -> list[Entry]:
        """Return a line for every run and study, newest first; a damaged one is said and hides no other."""
        lines = [self._entry(name, kind) for name, kind in self._places.names()]
        return sorted(lines, key=lambda line: (line.created, line.name), reverse=True)

    def _entry(self, name: str, kind: str) -> Entry:
        folder = self._places.root / name
        try:
            return self._study(folder) if kind == STUDY else self._run(folder)
        except (RunError, OSError) as error:
            return Entry("study" if kind == STUDY else "run", name, DAMAGED, error=str(error))

    def _read(self, path: Path, kind: type[msgspec.Struct]) -> object | None:
        def read(path: Path) -> object | None:
            try:
                return decode(path.read_bytes(), kind) if readable(path) else None
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise RunError(f"{path.name} is damaged ({error}).") from error

        return self._remembered.of(path, read, kind.__name__)

    def _run(self, folder: Path) -> Entry:
        run, data = self._read(folder / RUN, _Run), self._read(folder / DATA, _Data)
        judged = self._read(folder / EVALUATION, _Evaluation)
        if not isinstance(run, _Run):
            raise RunError(GONE)
        line = Entry("run", folder.name, str(run.status), run.name, run.created, error=run.error)
        if isinstance(data, _Data):
            line.data, line.rows, line.task = data.name, data.rows, str(data.target.task)
        if isinstance(judged, _Evaluation):
            line.score = next((one for one in judged.scores if one.name == judged.main), None)
        if run.training is not None:
            line.epochs, line.seconds = run.training.epochs, run.training.seconds
            line.parameters = run.training.parameters
        metrics = folder / METRICS
        line.changed = metrics.stat().st_mtime if metrics.is_file() else 0
        return line

    def _study(self, folder: Path) -> Entry:
        study = self._read(folder / STUDY, _Study)
        if not isinstance(study, _Study):
            raise RunError(GONE)
        results = self._read(folder / RESULTS, _Results)
        return Entry(
            "study",
            folder.name,
            str(study.status),
            study.name,
            study.created,
            study.source,
            score=results.test if isinstance(results, _Results) else None,
            seconds=study.seconds,
            trials=study.trials,
        )
