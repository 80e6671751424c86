"""A study as Python sees it: its record, its trials, the best of them, and the run that was made of that."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piste.core.errors import RunError
from piste.core.records import decode
from piste.core.studied import REPORT, RESULTS, StudyResults
from piste.core.studies import StudyFolder, StudyRecord, TrialRecord
from piste.recipe.run import Run
from piste.tune.objective import ENDED, Objective


@dataclass(frozen=True)
class Study:
    """One search with its folder. Everything is read from the folder when it is asked for."""

    folder: StudyFolder

    @classmethod
    def open(cls, path: Path | str) -> "Study":
        """Return the study in the folder `path`; raises `RunError` where there is none."""
        return cls(StudyFolder.open(path))

    @property
    def path(self) -> Path:
        """The study's folder."""
        return self.folder.path

    @property
    def record(self) -> StudyRecord:
        """What was searched, and how."""
        return self.folder.record

    @property
    def trials(self) -> tuple[TrialRecord, ...]:
        """All trials, by number, as they stood when a search of this study last ended."""
        return self.folder.trials

    @property
    def ranked(self) -> list[TrialRecord]:
        """The trials that have a score, the best first."""
        return Objective.of(self.record).ranked(one for one in self.trials if one.status in ENDED)

    @property
    def best(self) -> TrialRecord:
        """The best trial; raises `RunError` where none has a score."""
        ranked = self.ranked
        if not ranked:
            raise RunError(f"No trial of the study {self.path} has come to a score.")
        return ranked[0]

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the best trial that were searched, by name."""
        return dict(self.best.settings)

    @property
    def run(self) -> Run:
        """The run that was made of the best settings; raises `RunError` where there is none."""
        if not self.record.run:
            raise RunError(f"The study {self.path} has no run of its best settings: it is unfinished, or was not to.")
        return Run.open(self.path.parent / self.record.run)

    @property
    def results(self) -> StudyResults:
        """What was concluded from the trials; nothing but defaults before that, or where another version did it."""
        try:
            return decode((self.path / RESULTS).read_bytes(), StudyResults)
        except (OSError, ValueError):
            return StudyResults()

    @property
    def report(self) -> Path:
        """The report of the search, a page that opens offline."""
        return self.path / REPORT

    def __repr__(self) -> str:
        record = self.record
        ranked = self.ranked
        best = f", best {record.metric} {ranked[0].score:.4g}" if ranked else ""
        return f"Study({str(self.path)!r}, {record.status}, {len(ranked)} of {record.trials} trials{best})"
