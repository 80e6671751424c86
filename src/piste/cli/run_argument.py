"""The argument RUN: a run's folder, or its name inside the folder of runs; of a study, the run of its best settings."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from piste.core.errors import RunError
from piste.core.runs import RUN, RunFolder
from piste.core.studies import STUDY, StudyFolder

Runs = Annotated[Path, Parameter(name="--runs", help="Folder that holds the runs.")]
DEFAULT_RUNS = Path("runs")


def find_study(run: str, runs: Path = DEFAULT_RUNS) -> StudyFolder | None:
    """Return the study that `run` names, None where it names none."""
    places = (runs / run, Path(run))
    return next((StudyFolder(place) for place in places if (place / STUDY).is_file()), None)


def open_run(run: str, runs: Path = DEFAULT_RUNS) -> RunFolder:
    """Return the run that `run` names, of a study that of its best settings; raises `RunError` where there is none."""
    study = find_study(run, runs)
    if study is not None:
        best = study.record.run
        if not best:
            raise RunError(
                f"The study {study.path} has no run of its best settings: `piste tune {study.path}` makes one."
            )
        return RunFolder.open(study.path.parent / best)
    inside = runs / run
    return RunFolder.open(inside if (inside / RUN).is_file() else Path(run))
