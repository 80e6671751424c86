"""A chunk: trials that are trained together, on this machine or on another.

A chunk is redone elsewhere when its worker dies: it is made of plain values that survive JSON, and training it is a
pure function of the study and the chunk, so that whoever trains it, and however often, comes to the same records.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from piste.core.studies import TrialRecord

Hear = Callable[[Sequence[TrialRecord]], None]
"""Hears how trials of a chunk stand while they train, again and again; raising ends the training of the chunk.

Those whose status is no longer `RUNNING` have ended, and are heard of so once.
"""


@dataclass(frozen=True)
class Chunk:
    """Trials to train together: their numbers, settings and places; all else stands in the `StudyRecord`.

    `told` are the curves of trials that were trained before, as schedulers compare them: trial -> a value after each
    round, the lower the better.
    """

    trials: tuple[TrialRecord, ...]
    told: Mapping[int, tuple[float, ...]] = field(default_factory=dict)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its trials."""
        return tuple(one.number for one in self.trials)


Execute = Callable[[Chunk, Hear], tuple[TrialRecord, ...]]
"""Trains a chunk: the records of all its trials, ended, in the order of the chunk.

A back end makes one in every worker (`piste.recipe.tuned_trials.Bench`, from the data and the study's record) and
calls it there chunk by chunk, so that what was read, encoded and compiled is kept.
"""


class Executor(Protocol):
    """Where chunks are trained: here, one after another, or in several places at once."""

    @property
    def places(self) -> int:
        """How many chunks are trained at the same time."""

    def start(self, chunk: Chunk) -> None:
        """Take a chunk; at most `places` are under way at a time."""

    def wait(self, hear: Hear) -> tuple[TrialRecord, ...]:
        """Return the records of a chunk that is done, once one is; a chunk whose worker died is redone, unseen."""

    def close(self) -> None:
        """Give back whatever was taken; chunks under way are given up."""


def unheard(trials: Sequence[TrialRecord]) -> None:
    """Pass over the trials."""


class Here:
    """Trains chunks in this process, one after another."""

    places = 1

    def __init__(self, execute: Execute) -> None:
        self._execute = execute
        self._waiting: list[Chunk] = []

    def start(self, chunk: Chunk) -> None:
        """Keep the chunk until somebody waits for it."""
        self._waiting.append(chunk)

    def wait(self, hear: Hear) -> tuple[TrialRecord, ...]:
        """Train the oldest chunk."""
        return self._execute(self._waiting.pop(0), hear)

    def close(self) -> None:
        """Nothing was taken."""
