"""How far a member has come."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.records import EpochRecord
from piste.train.population.member import Member
from piste.train.population.templates import Row
from piste.train.timeline import Timeline, key_words

GOING, PATIENCE, DIVERGED, TARGET = 0, 1, 2, 3  # as the program says it


@dataclass
class Course:
    """A member on its way: `step` updates and `rounds` validations done.

    `row` are the values of its knobs, `bias` that of the last layer at the start, and `measured` the loss on the
    validation split there.
    """

    member: Member
    line: Timeline
    row: Row
    limits: tuple[Any, ...]  # as `piste.train.plan.Limits` has them
    bias: NDArray[np.float32]
    measured: float = math.nan
    step: int = 0
    rounds: int = 0
    ended: int = GOING
    seconds: float = 0.0
    records: list[EpochRecord] = field(default_factory=list)
    key: NDArray[np.uint32] = field(init=False)

    def __post_init__(self) -> None:
        self.key = key_words(self.member.seed, "step")

    @property
    def over(self) -> bool:
        """Whether it cannot go on."""
        return self.ended != GOING or self.step >= self.line.total

    def amount(self, until: int, most: int) -> int:
        """Return how much a call does on the way to round `until`: at most `most` rounds, or steps of a long round."""
        if self.over or self.rounds >= until:
            return 0
        if self.line.whole:
            return min(until, self.line.rounds, self.rounds + most) - self.rounds
        return min(self.line.piece, self.line.round_end(self.rounds + 1) - self.step)

    def advanced(self, amount: int, rounds: int, ended: int) -> None:
        """Take note of a call that did `amount`, after which `rounds` are done."""
        self.step = self.line.round_end(rounds) if self.line.whole else self.step + amount
        self.rounds, self.ended = rounds, ended

    def follow(self, other: "Course") -> None:
        """Stand where `other` stands, which has not stopped for good: its settings may be others."""
        self.step, self.rounds = self.line.round_end(other.rounds), other.rounds
        self.records, self.measured = list(other.records), other.measured
