"""What a person hears while a search goes on: the best so far, how many trials are done, how long the rest will take.

Everything goes to standard error, so that standard output holds results only.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TextIO

from piste.core.studies import StudyRecord, TrialRecord, TrialStatus
from piste.recipe.progress import duration
from piste.tune.objective import ENDED, Objective

_PLAIN_SECONDS = 5.0  # between two lines where lines cannot be replaced
_LIVE_SECONDS = 0.2
_KEPT_SECONDS = 5.0
_BAR = 24


class Follow:
    """Writes how a search stands: one line that is replaced on a terminal, a line now and then elsewhere.

    `stream` None writes nothing. `raise_if_asked` is called each time, and ends the search by raising; `keep` is called
    when trials have ended, a few seconds apart at least.
    """

    def __init__(
        self,
        study: StudyRecord,
        before: Sequence[TrialRecord],
        stream: TextIO | None,
        raise_if_asked: Callable[[], None],
        keep: Callable[[], None],
    ) -> None:
        self._study, self._stream, self._raise, self._keep = study, stream, raise_if_asked, keep
        self._objective = Objective.of(study)
        self._trials = {one.number: one for one in before if one.status in ENDED}
        self._before, self._began, self._last = self._done, time.monotonic(), time.monotonic()
        self._kept = self._began
        self._live = stream is not None and stream.isatty()
        self._said = ""

    def heard(self, trials: Sequence[TrialRecord]) -> None:
        """Hear how some trials stand, and say it if the last word was a while ago."""
        self._trials.update((one.number, one) for one in trials)
        now = time.monotonic()
        if self._stream is not None and now - self._last >= (_LIVE_SECONDS if self._live else _PLAIN_SECONDS):
            self._last = now
            self._write(self.line)
        self._raise()

    def kept(self, trials: Sequence[TrialRecord]) -> None:
        """Hear of trials that have ended."""
        self._trials.update((one.number, one) for one in trials)
        if time.monotonic() - self._kept >= _KEPT_SECONDS:
            self._kept = time.monotonic()
            self._keep()

    def __enter__(self) -> "Follow":
        return self

    def __exit__(self, *_: object) -> None:
        # How the search stands at its end, whatever ended it.
        if self._stream is not None:
            self._write(self.line)
            if self._live:
                self._stream.write("\n")
            self._stream.flush()

    def _write(self, line: str) -> None:
        assert self._stream is not None
        if line == self._said and not self._live:
            return
        self._said = line
        self._stream.write(f"\r\x1b[2K  {line}" if self._live else f"  {line}\n")
        self._stream.flush()

    @property
    def line(self) -> str:
        """How the search stands, as one line."""
        counts = Counter(one.status for one in self._trials.values())
        done, total = round(self._done), self._study.trials
        bar = "━" * round(_BAR * self._done / total) + "╌" * (_BAR - round(_BAR * self._done / total))
        others = [f"{counts[one]} {one}" for one in (TrialStatus.STOPPED, TrialStatus.DIVERGED, TrialStatus.FAILED)
                  if counts[one]]  # fmt: skip
        told = f" ({', '.join(others)})" if others else ""
        ranked = self._objective.ranked(self._trials.values())
        best = f"  best {self._study.metric} {ranked[0].score:.4g} (trial {ranked[0].number})" if ranked else ""
        return f"{bar if self._live else ''} {done} of {total} trials{told}{best}{self._left}".strip()

    @property
    def _done(self) -> float:
        """How many trials are over, those that train counted by their rounds."""
        rounds = self._study.rounds
        return sum(1.0 if one.status in ENDED else len(one.losses) / rounds for one in self._trials.values())

    @property
    def _left(self) -> str:
        fresh, total = self._done - self._before, self._study.trials
        if fresh < 1.0 or self._done >= total:
            return ""
        left = (time.monotonic() - self._began) / fresh * (total - self._done)
        return f"  {duration(left)} left"
