"""A study as the page shows it: its record, its trials as they stand, and what its results say."""

from pathlib import Path
from typing import Any

import msgspec

from piste.core.errors import PisteError, RunError
from piste.core.panels import Panel
from piste.core.records import Status
from piste.core.runs import RunFolder
from piste.core.studied import RESULTS, Studied, StudyResults
from piste.core.studies import STORE, STUDY, TRIALS, StudyFolder, StudyRecord, TrialRecord
from piste.report.study import panels_of_study
from piste.web.live_trials import live_trials
from piste.web.places import MEGABYTE, Places, ordinary, readable
from piste.web.records import Reader

OWN = ("parallel", "slices", "importance", "trials")  # parts of the report that the page draws itself
_HEAVY = ("losses", "metrics", "examples")  # of a trial, that no figure of the page needs
_MOST = 20_000  # trials shown


class Studies:
    """Reads the studies of `places`; the trials of one that goes on are read from where it keeps them."""

    def __init__(self, places: Places, reader: Reader) -> None:
        self._places, self._reader = places, reader

    def content(self, name: str) -> dict[str, Any]:
        """Return the study, its trials without their curves, and its results; `note` says what could not be read."""
        studied, note = self._studied(name)
        trials = [
            {key: value for key, value in msgspec.to_builtins(one).items() if key not in _HEAVY}
            for one in studied.trials[-_MOST:]
        ]
        return {"study": studied.study, "trials": trials, "results": studied.results, "note": note}

    def parts(self, name: str) -> tuple[Panel, ...]:
        """Return the parts of the study's report, those left out that the page draws itself."""
        studied, _ = self._studied(name)
        return tuple(one for one in panels_of_study(studied) if one.name not in OWN)

    def _studied(self, name: str) -> tuple[Studied, str]:
        path = self._places.entry(name)
        if not ordinary(path / STUDY):
            raise RunError(f"{name!r} is a run, not a study.")
        folder, note = RunFolder(path), ""
        study = self._reader.record(folder, StudyRecord, STUDY)
        if study is None:
            raise RunError(f"The study {name!r} was removed.")
        try:
            results = self._reader.record(folder, StudyResults, RESULTS) or StudyResults()
        except RunError as error:
            results, note = StudyResults(), str(error)
        trials, said = self._trials(path, study)
        return Studied(study, tuple(sorted(trials, key=lambda one: one.number)), results), note or said

    def _trials(self, path: Path, study: StudyRecord) -> tuple[tuple[TrialRecord, ...], str]:
        kept: tuple[TrialRecord, ...] = ()
        try:
            kept = StudyFolder(path).trials if readable(path / TRIALS) else ()
            if study.status is Status.UNFINISHED and readable(path / STORE, 1024 * MEGABYTE):
                return live_trials(path / STORE, _MOST), ""
        except PisteError as error:
            return kept, str(error)
        return kept, ""
