"""The search itself: draw, claim, train, tell, until all trials are there. It reads from top to bottom in `search`.

Any number of processes may run it on one study at the same time, and any of them may be killed. A trial's settings
are drawn once and kept before anybody trains it; a round of a sampler that looks at results is drawn once all trials
before it have ended.
"""

import math
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from piste.core.studies import StudyRecord, TrialRecord
from piste.tune.chunk import Chunk, Executor
from piste.tune.objective import ENDED, Objective
from piste.tune.samplers.sampler import Sampler
from piste.tune.space import Space
from piste.tune.store.store import Store

BEAT = 5.0  # seconds between two words that this worker lives
KEEP = 10.0  # seconds between two times that ended trials are kept while their chunk still trains
PAUSE = 0.5  # seconds before asking again, while other workers train the last trials
FIRST = 8  # trials that say how long one takes
ROUNDS = 8  # of a sampler that looks at results, at most


class Watcher(Protocol):
    """Who follows a search."""

    def heard(self, trials: Sequence[TrialRecord]) -> None:
        """Hear how some trials stand. Raising ends the search in good order."""

    def kept(self, trials: Sequence[TrialRecord]) -> None:
        """Hear of trials that have ended and are in the store."""


@dataclass(frozen=True)
class Search:
    """What is searched and how: all that a worker needs beside the store and the executor."""

    study: StudyRecord
    space: Space
    sampler: Sampler
    at_once: int
    seconds: float = 0.0  # that it may take; 0 sets no limit

    def fitting(self, elapsed: float, done: int) -> int:
        """Return how many trials may begin together, `done` of them having taken `elapsed` seconds so far.

        Where there is a limit, a few begin first, to learn their pace, and then no more than will end in time.
        """
        if not self.seconds:
            return self.at_once
        if not done:
            return min(FIRST, self.at_once) if elapsed < self.seconds else 0
        return min(max(int((self.seconds - elapsed) * done / elapsed), 0), self.at_once)

    @property
    def round(self) -> int:
        """How many trials are drawn at a time."""
        if not self.sampler.adapts:
            return self.study.trials
        return max(-(-self.study.trials // ROUNDS), 4)


def search(what: Search, store: Store, executor: Executor, watcher: Watcher) -> None:
    """Train what is left of the study. Returns once all trials have ended, or the time is over and there is a result.

    Whatever ends it early, the trials that were under way wait again for the next worker.
    """
    under_way, began = 0, time.monotonic()
    ear = _Ear(store, watcher, began + what.seconds if what.seconds else math.inf)
    store.free()
    with _beating(store):
        try:
            while True:
                fitting = what.fitting(time.monotonic() - began, len(ear.kept))
                while under_way < executor.places and fitting and (chunk := _next(what, store, fitting)):
                    executor.start(chunk)
                    under_way += 1
                if under_way:
                    ear.keep(executor.wait(ear.hear))
                    under_way -= 1
                elif not fitting or _all_ended(what, store):
                    return
                else:
                    time.sleep(PAUSE)
                    store.free()
        except _TimeOverError:
            return
        finally:
            executor.close()
            ear.keep()
            store.give_back()


def _next(what: Search, store: Store, count: int) -> Chunk | None:
    """Return a chunk that is this worker's own now; None where nothing can be trained at the moment."""
    while not (claimed := store.claim(count)):
        if not _draw(what, store):
            return None
    objective = Objective.of(what.study)
    return Chunk(claimed, {one.number: objective.curve(one) for one in store.trials if one.status in ENDED})


def _draw(what: Search, store: Store) -> bool:
    """Draw the next round; False where there is none, or where it must wait for trials that are under way."""
    drawn = store.trials
    last = min(len(drawn) + what.round, what.study.trials)
    if len(drawn) >= last or (what.sampler.adapts and any(one.status not in ENDED for one in drawn)):
        return False
    numbers = range(len(drawn), last)
    told = Objective.of(what.study).told(drawn)
    places = what.sampler.draw(what.space, numbers, what.study.seed, told)
    sampling = f"round {len(drawn) // what.round + 1}" if what.sampler.adapts else ""
    trials = [
        TrialRecord(number, what.space.point(row), tuple(row), sampling=sampling)
        for number, row in zip(numbers, places.tolist(), strict=True)
    ]
    store.draw(trials)
    return True


def _all_ended(what: Search, store: Store) -> bool:
    trials = store.trials
    return len(trials) >= what.study.trials and all(one.status in ENDED for one in trials)


class _TimeOverError(Exception):
    """The time of a search is over, while trials are under way."""


class _Ear:
    """Hears of chunks while they train, and keeps now and then what has ended of them.

    Once it is `over` by the clock, it says so as soon as any trial has come to a result.
    """

    def __init__(self, store: Store, watcher: Watcher, over: float) -> None:
        self._store, self._watcher, self._over = store, watcher, over
        self._result = False
        self._ended: dict[int, TrialRecord] = {}
        self._last = time.monotonic()
        self.kept: set[int] = set()

    def hear(self, trials: Sequence[TrialRecord]) -> None:
        self._ended |= {one.number: one for one in trials if one.status in ENDED}
        if self._ended and time.monotonic() - self._last >= KEEP:
            self.keep()
        self._watcher.heard(trials)
        self._result |= any(one.status in ENDED and one.score is not None for one in trials)
        if self._result and time.monotonic() >= self._over:
            raise _TimeOverError

    def keep(self, trials: Sequence[TrialRecord] = ()) -> None:
        """Keep the trials of a chunk that is done, and what has ended of those under way."""
        ended = {**self._ended, **{one.number: one for one in trials}}
        self._result |= any(one.score is not None for one in ended.values())
        self._store.tell(list(ended.values()))
        self._ended, self._last = {}, time.monotonic()
        self.kept |= set(ended)
        self._watcher.kept(list(ended.values()))


@contextmanager
def _beating(store: Store) -> Iterator[None]:
    """Let the store know every few seconds, from a thread of its own, that this worker lives."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(BEAT):
            store.beat()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
