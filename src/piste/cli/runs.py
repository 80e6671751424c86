"""`piste runs`."""

import math
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
from piste.core.studies import StudyFolder, TrialStatus, studies_in

DAMAGED = "damaged"


@dataclass(frozen=True)
class RunSummary:
    """One line of the list. `data`, `task` and `score` are empty where the run did not come so far.

    `kind` is "run" or "study"; of a study `trials` says how many have ended, and `score` is its best on validation.
    """

    name: str
    path: str
    status: str
    created: str = ""
    data: str = ""
    task: str = ""
    score: Score | None = None
    error: str = ""
    kind: str = "run"
    trials: str = ""


def runs(folder: Annotated[Path, Parameter(name="--runs")] = DEFAULT_RUNS, /, *, json: bool = False) -> None:
    """List the runs and the studies in a folder, oldest first.

    Parameters
    ----------
    folder
        Folder that holds the runs.
    json
        Write the list as JSON instead of a table.
    """
    found = [*map(summary, runs_in(folder)), *map(study_summary, studies_in(folder))]
    summaries = sorted(found, key=lambda one: one.name)
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


def study_summary(study: StudyFolder) -> RunSummary:
    """Return the line for `study`."""
    try:
        record, trials = study.record, study.trials
    except RunError as error:
        return RunSummary(study.path.name, str(study.path), DAMAGED, error=str(error), kind="study")
    ended = sum(one.status not in (TrialStatus.WAITING, TrialStatus.RUNNING) for one in trials)
    scores = [one.score for one in trials if one.score is not None]
    best = (max if record.higher_is_better else min)(scores) if scores else None
    return RunSummary(
        name=study.path.name,
        path=str(study.path),
        status=record.status,
        created=record.created,
        data=record.source,
        task="study",
        score=None if best is None else Score(record.metric, best, math.nan, math.nan, record.higher_is_better),
        kind="study",
        trials=f"{ended} of {record.trials} trials",
    )


def _table(summaries: list[RunSummary]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("run", "status", "data", "task", "score (95 % interval)", "when (UTC)", "remark"):
        table.add_column(heading, overflow="fold")
    for line in summaries:
        when = line.created[:16].replace("T", " ")
        score = _best(line.score) if line.kind == "study" else _score(line.score)
        cells = (line.name, line.status, line.data, line.task, score, when, line.error or line.trials)
        table.add_row(*map(Text, cells))  # as Text, because an error's brackets are no markup
    return table


def _score(score: Score | None) -> str:
    if score is None:
        return ""
    unit = f" {score.unit}" if score.unit else ""
    return f"{score.name} {score.value:.4g}{unit} [{score.low:.4g}, {score.high:.4g}]"


def _best(score: Score | None) -> str:
    return "" if score is None else f"best on validation: {score.name} {score.value:.4g}"
