"""Nursing a training: settings changed while it goes on, and taken back."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piste.core import nursing
from piste.core.errors import RunError, SettingError
from piste.core.nursing import Heard, NursedRecord
from piste.core.records import EpochRecord, Status
from piste.core.runs import RunFolder
from piste.recipe.progress import Listener, listener
from piste.recipe.run import Run


def nurse(run: Run | Path | str) -> "Nurse":
    """Return how to nurse a run: one that trains now with `nurse=True`, or one that is over or was cut short.

    Raises `RunError` where there is no run.
    """
    return Nurse(run.folder if isinstance(run, Run) else RunFolder.open(run))


@dataclass(frozen=True)
class Nurse:
    """A run that can be told what to do, by any number of people and programs at once.

    A command is heard at the end of the next validation. Each that changes a setting, or goes back, opens a branch.
    """

    folder: RunFolder

    @property
    def attended(self) -> bool:
        """Whether some process trains the run now."""
        return nursing.attended(self.folder)

    @property
    def branches(self) -> NursedRecord:
        """All branches, and all that was heard."""
        return nursing.branches(self.folder)

    def curve(self, branch: str) -> tuple[EpochRecord, ...]:
        """Return the validations of one branch, those of its parents left out."""
        return nursing.curve(self.folder, self.branches, branch)

    def tell(self, words: str, *, wait: float = 0.0, by: str = "") -> Heard | None:
        """Say what is said after `piste nurse RUN`, such as "rate 0.5x" or "back best dropout 0.2".

        Returns what came of it where that is known after `wait` seconds. Raises `SettingError` for what is no command,
        or was refused.
        """
        order = nursing.command(self.folder, words, by)
        heard = nursing.answer(self.folder, order, wait)
        if heard and heard.refused:
            raise SettingError(heard.answer)
        return heard

    def train(self, words: str = "", data: Any = None, *, quiet: bool = False, by: str = "") -> Run:
        """Train the run here: go on where it was cut short, or from its end as `words` say ("more 20").

        `data` are needed again only where they came from Python. Raises `SettingError` for words that are no command
        or that were refused, `RunError` where the run is trained already, or is over and nothing is said.
        """
        return nurse_with(self.folder, words, data, listener(quiet), by)


def nurse_with(folder: RunFolder, words: str, data: Any, hear: Listener, by: str = "") -> Run:
    """Do what `Nurse.train` does, telling `hear`."""
    from piste.recipe.resume import resume_with

    if folder.record.status is Status.FINISHED and not (words or nursing.waiting(folder)):
        raise RunError(f"The run {folder.path} is over; say how it goes on: `piste nurse {folder.path} more 20`.")
    with nursing.bedside(folder):
        order = nursing.command(folder, words, by) if words else ""
        run = resume_with(folder, data, hear, nurse=True)
    heard = nursing.answer(folder, order) if order else None
    if heard and heard.refused:
        raise SettingError(heard.answer)
    return run
