"""`piste runs`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from piste.cli.output import console, write_json
from piste.cli.run_argument import DEFAULT_RUNS
from piste.core.errors import RunError
from piste.core.records import Score
from piste.core.runs import DATA, EVALUATION, RunFolder, runs_in

DAMAGED = "damaged"


@dataclass(frozen=True)
class RunSummary:
    """One line of the list. `data`, `task` and `score` are empty where the run did not come so far."""

    name: str
    path: str
    status: str
    created: str = ""
    data: str = ""
    task: str = ""
    score: Score | None = None
    error: str = ""


def runs(folder: Annotated[Path, Parameter(name="--runs")] = DEFAULT_RUNS, /, *, json: bool = False) -> None:
    """List the runs in a folder, oldest first.

    Parameters
    ----------
    folder
        Folder that holds the runs.
    json
        Write the list as JSON instead of a table.
    """
    summaries = [summary(run) for run in runs_in(folder)]
    if json:
        write_json(summaries)
    elif summaries:
        console().print(_table(summaries))
    else:
        console().print(f"No runs in {folder}.", markup=False)


def summary(run: RunFolder) -> RunSummary:
    """Return the line for `run`; a damaged file is said in it and hides no other run."""
    try:
        record = run.record
        data = run.data if run.file(DATA).is_file() else None
        evaluation = run.evaluation if run.file(EVALUATION).is_file() else None
    except RunError as error:
        return RunSummary(run.name, str(run.path), DAMAGED, error=str(error))
    scores = evaluation.scores if evaluation else ()
    return RunSummary(
        name=run.name,
        path=str(run.path),
        status=record.status,
        created=record.created,
        data=data.name if data else "",
        task=data.target.task if data else "",
        score=next((score for score in scores if evaluation and score.name == evaluation.main), None),
        error=record.error,
    )


def _table(summaries: list[RunSummary]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("run", "status", "data", "task", "score (95 % interval)", "when (UTC)", "remark"):
        table.add_column(heading, overflow="fold")
    for line in summaries:
        when = line.created[:16].replace("T", " ")
        cells = (line.name, line.status, line.data, line.task, _score(line.score), when, line.error)
        table.add_row(*map(Text, cells))  # as Text, because an error's brackets are no markup
    return table


def _score(score: Score | None) -> str:
    if score is None:
        return ""
    unit = f" {score.unit}" if score.unit else ""
    return f"{score.name} {score.value:.4g}{unit} [{score.low:.4g}, {score.high:.4g}]"
