"""A contest, and what comes out of it."""

from dataclasses import dataclass
from typing import Literal

from benchmarks.speed.problem import Problem


@dataclass(frozen=True)
class Contestant:
    """Who trains, where the code is, and how many times as long as Piste it must take at least.

    `place` is "module:function" in this package, or a program to run in a fresh process. With a `share` below 1 the
    warm repeats do that share of the epochs, and their time is scaled up: for those who would take minutes.
    """

    name: str
    place: str
    at_least: float | None = None
    share: float = 1.0


@dataclass(frozen=True)
class Contest:
    """What is done, by whom; the first contestant is Piste.

    Accuracies on the test rows must lie within `margin` of Piste's, or the ratio does not count. Each contestant has
    a process of its own, unless all are `together` in one, or each training is a `fresh` process. `at_most` is the
    longest that Piste itself may take, in seconds.
    """

    what: str
    contestants: tuple[Contestant, ...]
    problem: Problem | None = None
    margin: float = 0.02
    processes: Literal["own", "together", "fresh"] = "own"
    at_most: float | None = None


@dataclass(frozen=True)
class Outcome:
    """One contestant's measurements: seconds of the first training, and of each repeat after it."""

    name: str
    cold: float = 0.0
    warm: tuple[float, ...] = ()
    accuracy: float | None = None
    parameters: int | None = None
    missing: str = ""  # why it could not take part


@dataclass(frozen=True)
class Result:
    """The outcomes of a contest, in the order of its contestants; `steps` are those of one training."""

    contest: str
    outcomes: tuple[Outcome, ...]
    steps: int | None = None
