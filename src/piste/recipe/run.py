"""A run as Python sees it: the records of its folder, and its network."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from piste.core.drift import DriftRecord
from piste.core.errors import RunError
from piste.core.records import DataRecord, EpochRecord, EvaluationRecord, RunRecord, Score
from piste.core.runs import REPORT, RunFolder
from piste.recipe.network import Network, load_network


@dataclass(frozen=True)
class Run:
    """One training with its folder of results. Everything is read from the folder when it is asked for."""

    folder: RunFolder

    @classmethod
    def open(cls, path: Path | str) -> "Run":
        """Return the run in the folder `path`; raises `RunError` where there is none."""
        return cls(RunFolder.open(path))

    @property
    def path(self) -> Path:
        """The run folder."""
        return self.folder.path

    @property
    def report(self) -> Path:
        """The report, a page that opens offline."""
        return self.folder.file(REPORT)

    @property
    def record(self) -> RunRecord:
        """Status, settings with their reasons, versions, and how the training went."""
        return self.folder.record

    @property
    def data(self) -> DataRecord:
        """The data's summary: kinds, target, splits."""
        return self.folder.data

    @property
    def epochs(self) -> tuple[EpochRecord, ...]:
        """The learning curves."""
        return self.folder.epochs

    @property
    def evaluation(self) -> EvaluationRecord:
        """The one evaluation on the test split, with baselines and verdict."""
        return self.folder.evaluation

    @cached_property
    def network(self) -> Network:
        """The trained model with its parameters and encoders."""
        return load_network(self.folder)

    def score(self, name: str | None = None) -> Score:
        """Return the test score called `name`, the one that decides when None; raises `RunError` for another name."""
        wanted = name or self.evaluation.main
        for score in self.evaluation.scores:
            if score.name == wanted:
                return score
        known = ", ".join(score.name for score in self.evaluation.scores)
        raise RunError(f"The run {self.path} has no score '{wanted}'. It has: {known}.")

    def predict(self, data: Any) -> Any:
        """Return the predictions for new rows or pictures: `piste.predict(self, data)`."""
        from piste.recipe.predict import predict

        return predict(self, data)

    def evaluate(self, data: Any) -> EvaluationRecord:
        """Return the scores on other labelled data: `piste.evaluate(self, data)`."""
        from piste.recipe.predict import evaluate

        return evaluate(self, data)

    def drift(self, data: Any) -> DriftRecord:
        """Return whether new data still look like those of the training: `piste.drift(self, data)`."""
        from piste.recipe.drift import drift

        return drift(self, data)

    def __repr__(self) -> str:
        status = self.record.status
        try:
            score = self.score()
        except RunError:
            return f"Run({str(self.path)!r}, {status})"
        return f"Run({str(self.path)!r}, {status}, {score.name} {score.value:.4g} [{score.low:.4g}, {score.high:.4g}])"
