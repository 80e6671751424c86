"""The records of a run as the page shows them, each read only while it is small enough and only once it has changed."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from piste.core.errors import RunError
from piste.core.findings import LINT, LintRecord, stage
from piste.core.human import HUMAN, HumanRecord
from piste.core.nursing import BRANCHES
from piste.core.panels import Panel
from piste.core.records import DataRecord, EvaluationRecord, RunRecord, decode
from piste.core.runs import DATA, EVALUATION, METRICS, RUN, RunFolder
from piste.core.studied import RESULTS
from piste.core.studies import STORE, STUDY, TRIALS
from piste.core.watched import WATCHED, WatchedRecord
from piste.report.records import Records
from piste.report.views import VIEWS, drawn
from piste.web.catalogue import ENGLISH
from piste.web.places import MEGABYTE, ordinary, readable
from piste.web.remembered import Remembered, Stamp, stamp
from piste.web.sayings import spoken

Record = TypeVar("Record")
FILES = (RUN, DATA, METRICS, LINT, WATCHED, EVALUATION, HUMAN, BRANCHES, STUDY, STORE, TRIALS, RESULTS)
OWN = ("learning", "lint", "settings", "features")  # parts of the report that the page has a panel of its own for
_CURVES = 16 * MEGABYTE  # of `metrics.jsonl`, that the report's parts are drawn from


class Reader:
    """Reads records of runs; what is read stays in memory until its file changes."""

    def __init__(self) -> None:
        self._remembered = Remembered(64)

    def record(self, folder: RunFolder, kind: type[Record], file: str) -> Record | None:
        """Return the record of class `kind`, None where there is none; raises `RunError` for a damaged or huge file."""

        def read(path: Path) -> Record | None:
            try:
                return decode(path.read_bytes(), kind) if readable(path) else None
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise RunError(f"{path.name} is damaged ({error}).") from error

        return self._remembered.of(folder.file(file), read)

    def _run(self, folder: RunFolder) -> RunRecord:
        run = self.record(folder, RunRecord, RUN)
        if run is None:
            raise RunError(f"The run {folder.name} was removed.")
        return run

    def head(self, folder: RunFolder) -> dict[str, Any]:
        """Return what stands over every panel of a run, and its settings with their reasons."""
        run = self._run(folder)
        fields = msgspec.to_builtins(run)
        if fields["training"]:
            fields["training"].pop("augmented", None)
        return {**fields, "folder": folder.name, "files": [*stamps(folder.path)]}

    def best_epoch(self, folder: RunFolder) -> float | None:
        """Return the epoch whose parameters were kept; None where the run does not say so yet."""
        try:
            run = self.record(folder, RunRecord, RUN)
        except RunError:
            return None
        return run.training.best_epoch if run and run.training else None

    def panels(self, folder: RunFolder) -> tuple[Panel, ...]:
        """Return the report's parts, those left out that the page has a panel of its own for."""
        damaged: list[str] = []

        def attempt(kind: type[Record], file: str) -> Record | None:
            try:
                return self.record(folder, kind, file)
            except RunError as error:
                damaged.append(str(error))
                return None

        records = Records(
            run=self._run(folder),
            data=attempt(DataRecord, DATA),
            evaluation=attempt(EvaluationRecord, EVALUATION),
            epochs=self._epochs(folder, damaged),
            lint=attempt(LintRecord, LINT),
            human=attempt(HumanRecord, HUMAN),
            damaged=tuple(damaged),
        )
        return drawn(records, tuple(view for view in VIEWS if view.name not in OWN))

    def _epochs(self, folder: RunFolder, damaged: list[str]) -> Any:
        try:
            return folder.epochs if readable(folder.file(METRICS), _CURVES) else ()
        except RunError as error:
            damaged.append(str(error))
            return ()

    def findings(self, folder: RunFolder, language: str = ENGLISH) -> dict[str, Any]:
        """Return the causes that the linter found, the worst first, what each explains, and every rule's outcome."""
        lint = self.record(folder, LintRecord, LINT)
        if lint is None:
            return {"causes": [], "rules": [], "fixes": [], "judged": False}
        causes = [
            {
                **msgspec.to_builtins(one),
                "stage": stage(one.code),
                "place": str(one.where),
                "explains": [{"code": other.code, "title": other.title} for other in lint.explained(one)],
            }
            for one in lint.causes
        ]
        rules = [
            {
                "code": rule.code,
                "title": rule.title,
                "group": rule.group,
                "stage": stage(rule.code),
                "outcome": rule.outcome,
                "reason": rule.reason,
                "seconds": rule.seconds,
            }
            for rule in lint.rules
        ]
        causes = [spoken(one, language) for one in causes]
        return {"causes": causes, "rules": rules, "fixes": lint.fixes, "judged": True}

    def data(self, folder: RunFolder, language: str = ENGLISH) -> dict[str, Any]:
        """Return the data's summary and what the linter found in the data."""
        try:
            found = self.findings(folder, language)["causes"]
        except RunError:
            found = []
        about = [one for one in found if one["code"].startswith("D")]
        return {"data": self.record(folder, DataRecord, DATA), "findings": about}

    def watched(self, folder: RunFolder) -> dict[str, Any]:
        """Return the looks at the layers, a column for each quantity."""
        return {"watched": self.record(folder, WatchedRecord, WATCHED)}


def stamps(folder: Path) -> dict[str, Stamp]:
    """Return for each record's file that is there what changes when it does."""
    views = (path.name for path in folder.glob("view-*.json"))
    found = {name: stamp(folder / name) for name in (*FILES, *views) if ordinary(folder / name)}
    return {name: one for name, one in found.items() if one is not None}
