"""The records that a report is drawn from, read once from the run folder."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from piste.core.errors import RunError
from piste.core.findings import LINT, LintRecord
from piste.core.human import HUMAN, HumanRecord
from piste.core.nursing import BRANCHES, NursedRecord, with_curves
from piste.core.panels import Block
from piste.core.records import DataRecord, EpochRecord, EvaluationRecord, RunRecord
from piste.core.runs import DATA, EVALUATION, RunFolder
from piste.core.watched import WATCHED, WatchedRecord

Need = Literal["run", "data", "evaluation", "epochs", "lint", "human", "branches", "watched", "damaged"]
Content = TypeVar("Content")


@dataclass(frozen=True)
class Records:
    """What a run folder holds; `damaged` has one sentence for each file that could not be read."""

    run: RunRecord
    data: DataRecord | None = None
    evaluation: EvaluationRecord | None = None
    epochs: tuple[EpochRecord, ...] = ()
    lint: LintRecord | None = None
    human: HumanRecord | None = None
    branches: tuple[NursedRecord, Mapping[str, tuple[EpochRecord, ...]]] | None = None  # with a curve for each
    watched: WatchedRecord | None = None
    damaged: tuple[str, ...] = ()

    def of(self, need: Need) -> Any:
        """Return the records that `need` names; what is falsy is not there."""
        return getattr(self, need)


@dataclass(frozen=True)
class View:
    """One panel of the report: the records it needs, those it wants besides, and how it is made.

    `make` is pure; it takes what it needs, then what it wants (`None` or empty where absent), in that order, and
    returns the panel's blocks, none where the records have nothing to show.
    """

    name: str
    title: str
    needs: tuple[Need, ...]
    make: Callable[..., tuple[Block, ...]]
    wants: tuple[Need, ...] = ()


def read(folder: RunFolder) -> Records:
    """Return the records of the run in `folder`; raises `RunError` only where `run.json` cannot be read."""
    damaged: list[str] = []

    def attempt(load: Callable[[], Content], file: str) -> Content | None:
        if file and not folder.file(file).is_file():
            return None
        try:
            return load()
        except RunError as error:
            damaged.append(str(error))
            return None

    return Records(
        run=folder.record,
        data=attempt(lambda: folder.data, DATA),
        evaluation=attempt(lambda: folder.evaluation, EVALUATION),
        epochs=attempt(lambda: folder.epochs, "") or (),
        lint=attempt(lambda: folder.read(LintRecord, LINT), LINT),
        human=attempt(lambda: folder.read(HumanRecord, HUMAN), HUMAN),
        branches=attempt(lambda: with_curves(folder), BRANCHES),
        watched=attempt(lambda: folder.read(WatchedRecord, WATCHED), WATCHED),
        damaged=tuple(damaged),
    )
