"""What is concluded from a search, written beside it: estimates, importances, what was made of the best, the report."""

import dataclasses
from typing import Any

from piste.core.records import encode
from piste.core.runs import write_bytes
from piste.core.studied import RESULTS, StudyResults
from piste.recipe.ensemble import ensemble, refit
from piste.recipe.progress import Listener, listener, told
from piste.recipe.tuned_study import Study
from piste.report.study import write_study_report
from piste.tune.results.summary import summarised


def conclude(
    study: Study, data: Any = None, hear: Listener | None = None, *, networks: int = 0, more_rows: bool = False
) -> StudyResults:
    """Write what the trials of `study` say as `results.json`, and the report of the study; return the results.

    `networks` of the best are made an ensemble of, `more_rows` trains the best settings on train and validation rows
    together; what was made of the same best trial before is kept. `data` are needed for either where they came from
    Python.
    """
    hear = hear or listener(True)
    with told(hear, "Concluding"):
        found = summarised(study.record, study.trials)
    before = study.results
    same = before.best == found.best
    found = dataclasses.replace(
        found,
        retuned=before.retuned if same else None,
        ensemble=before.ensemble if same else None,
        refit=before.refit if same else None,
    )
    if study.record.run:
        run = study.run
        found = dataclasses.replace(found, test=run.score(), run=str(run.path), again=run.record.command)
    if networks or more_rows:
        keep(study, found)  # a search of hours must not be lost to what may go wrong with these
    if networks:
        found = dataclasses.replace(found, ensemble=ensemble(study, networks, data, hear.say))
        hear.say(found.ensemble.verdict if found.ensemble else "")
    if more_rows:
        found = dataclasses.replace(found, refit=refit(study, data, hear.say))
        hear.say(found.refit.verdict if found.refit else "")
    keep(study, found)
    return found


def keep(study: Study, results: StudyResults) -> None:
    """Write `results.json` and the report anew."""
    write_bytes(study.path / RESULTS, encode(results))
    write_study_report(study.folder)
