"""The argument RUN: a run's folder, or its name inside the folder of runs."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from piste.core.runs import RUN, RunFolder

Runs = Annotated[Path, Parameter(name="--runs", help="Folder that holds the runs.")]
DEFAULT_RUNS = Path("runs")


def open_run(run: str, runs: Path = DEFAULT_RUNS) -> RunFolder:
    """Return the run that `run` names; raises `RunError` where there is none."""
    inside = runs / run
    return RunFolder.open(inside if (inside / RUN).is_file() else Path(run))
