"""A chunk trains: populations side by side from rung to rung; at each, a scheduler says who goes on."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from piste.core.records import EpochRecord
from piste.core.studies import TrialRecord, TrialStatus
from piste.train.population import Member
from piste.tune.chunk import Chunk, Hear
from piste.tune.objective import Objective, best_round
from piste.tune.schedulers.scheduler import Scheduler

SECONDS = 1.0  # between two words about a chunk


class Population(Protocol):
    """Members that train side by side; `piste.train.population` has the compiled one."""

    def advance(self, until: Mapping[int, int]) -> Mapping[int, tuple[EpochRecord, ...]]:
        """Train each member of `until` to the end of that round; return what each round since then measured."""

    def stopped(self, number: int) -> str:
        """Return why a member has ended, "" where it goes on."""

    def keep(self, numbers: Sequence[int]) -> None:
        """Go on with these members alone."""

    def adopt(self, number: int, source: int, member: Member) -> None:
        """Let `number` go on as `member` says from where `source` stands."""


def unseen(numbers: Sequence[int]) -> Mapping[int, str]:
    """Look at nothing."""
    return {}


@dataclass
class Cohort:
    """One population of a chunk: the most rounds of each of its members, and what is known of them so far.

    `look` gives for members what they made of each validation example, as `TrialRecord.examples` has it.
    """

    population: Population
    rounds: Mapping[int, int]
    look: Callable[[Sequence[int]], Mapping[int, str]] = unseen
    epochs: dict[int, list[EpochRecord]] = field(default_factory=dict)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self.going = sorted(self.rounds)
        self.epochs = {number: [] for number in self.rounds}

    def done(self, number: int) -> int:
        """Return the rounds that a member has behind it."""
        return len(self.epochs[number])


@dataclass(frozen=True)
class Rule:
    """How the trials of a study are compared on the way: its scheduler, its objective, the most rounds of a trial."""

    scheduler: Scheduler
    objective: Objective
    rounds: int

    def next_rung(self, number: int, done: int, most: int) -> int:
        """Return the round after which a trial is judged next; the last of its own where it is judged no more."""
        rungs = self.scheduler.rungs(self.rounds, number)
        return min((rung for rung in rungs if done < rung < most), default=most)


Between = Callable[[Cohort, dict[int, TrialRecord]], None]
"""What happens to the members of a cohort that go on after a rung, and to their records."""


def train_chunk(
    chunk: Chunk, cohorts: Sequence[Cohort], rule: Rule, hear: Hear, between: Between | None = None
) -> tuple[TrialRecord, ...]:
    """Return the trials of the chunk, trained.

    Trials that no cohort has are returned as they are: their settings could not be used. `hear` is told of all that
    train about once a second, and of those that ended.
    """
    records = {one.number: one for one in chunk.trials}
    curves = dict(chunk.told)
    while any(cohort.going for cohort in cohorts):
        for cohort in cohorts:
            _to_the_next_rung(cohort, records, rule, hear)
            curves |= {number: rule.objective.curve(records[number]) for number in cohort.rounds}
        for cohort in cohorts:
            _judge(cohort, records, curves, rule, hear)
            if between is not None:
                between(cohort, records)
    return tuple(records[number] for number in chunk.numbers)


def _to_the_next_rung(cohort: Cohort, records: dict[int, TrialRecord], rule: Rule, hear: Hear) -> None:
    """Train a cohort until each member has ended or stands at its next rung."""
    goals = {number: rule.next_rung(number, cohort.done(number), cohort.rounds[number]) for number in cohort.going}
    step = 1
    while until := {n: min(goals[n], cohort.done(n) + step) for n in cohort.going if cohort.done(n) < goals[n]}:
        began = time.perf_counter()
        fresh = cohort.population.advance(until)
        elapsed = time.perf_counter() - began
        cohort.seconds += elapsed
        for number, epochs in fresh.items():
            cohort.epochs[number].extend(epochs)
            records[number] = heard(records[number], cohort.epochs[number], elapsed / len(until))
        ended = [number for number in until if _has_ended(cohort, number)]
        for number in ended:
            records[number] = replace(records[number], status=_status(cohort.population.stopped(number)))
        _look(cohort, records, ended)
        hear([records[number] for number in until])
        _leave(cohort, ended)
        step = min(max(int(step * SECONDS / max(elapsed, 1e-3)), 1), 2 * step)


def _has_ended(cohort: Cohort, number: int) -> bool:
    return bool(cohort.population.stopped(number)) or cohort.done(number) >= cohort.rounds[number]


def _status(stopped: str) -> TrialStatus:
    return TrialStatus.DIVERGED if stopped == "diverged" else TrialStatus.FINISHED


def _judge(
    cohort: Cohort,
    records: dict[int, TrialRecord],
    curves: Mapping[int, tuple[float, ...]],
    rule: Rule,
    hear: Hear,
) -> None:
    """Stop the members that the scheduler does not let go on."""
    standing: dict[int, list[int]] = {}
    for number in cohort.going:
        standing.setdefault(cohort.done(number), []).append(number)
    going = {
        number
        for rung, numbers in standing.items()
        for number in rule.scheduler.survivors(curves, numbers, rung, rule.rounds)
    }
    stopped = [number for number in cohort.going if number not in going]
    for number in stopped:
        records[number] = replace(records[number], status=TrialStatus.STOPPED)
    if stopped:
        _look(cohort, records, stopped)
        hear([records[number] for number in stopped])
        _leave(cohort, stopped)


def _look(cohort: Cohort, records: dict[int, TrialRecord], numbers: Sequence[int]) -> None:
    """Keep what members that have ended made of each validation example."""
    scored = [number for number in numbers if records[number].score is not None]
    for number, examples in (cohort.look(scored) if scored else {}).items():
        records[number] = replace(records[number], examples=examples)


def _leave(cohort: Cohort, numbers: Sequence[int]) -> None:
    if numbers:
        cohort.going = [number for number in cohort.going if number not in numbers]
        if cohort.going:
            cohort.population.keep(cohort.going)


def heard(trial: TrialRecord, epochs: Sequence[EpochRecord], seconds: float = 0.0) -> TrialRecord:
    """Return the trial with what its rounds measured; `seconds` are added to those it has taken."""
    best = best_round(epochs)
    kept = epochs[best - 1] if best else None
    return replace(
        trial,
        status=TrialStatus.RUNNING,
        losses=tuple(one.validation_loss for one in epochs),
        metrics=tuple(one.validation_metric for one in epochs),
        best_round=best,
        loss=kept.validation_loss if kept else None,
        score=kept.validation_metric if kept and math.isfinite(kept.validation_metric) else None,
        seconds=trial.seconds + seconds,
    )
