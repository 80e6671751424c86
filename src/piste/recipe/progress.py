"""What a person hears while a run goes on: a live line on a terminal, plain lines elsewhere, or nothing.

Everything goes to standard error, so that standard output holds results only.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from piste.core.records import EpochRecord

_PLAIN_SECONDS = 5.0  # between two lines about the training where lines cannot be replaced
_BAR = 24


class Listener(Protocol):
    """Who hears of a run's progress."""

    def say(self, sentence: str) -> None:
        """Hear one line about what was found or done."""

    def training(self, done: float, epochs: float, record: EpochRecord | None) -> None:
        """Hear that `done` of at most `epochs` are over, with the record of the last one."""

    def trained(self) -> None:
        """Hear that the training ended."""


class Silent:
    """Hears nothing."""

    def say(self, sentence: str) -> None:
        """Pass over `sentence`."""

    def training(self, done: float, epochs: float, record: EpochRecord | None) -> None:
        """Pass over an epoch."""

    def trained(self) -> None:
        """Pass over the end."""


class Lines:
    """Writes plain lines, about the training one every few seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._clock = _Clock()
        self._last = -_PLAIN_SECONDS

    def say(self, sentence: str) -> None:
        """Write one line."""
        self._stream.write(f"{sentence}\n")
        self._stream.flush()

    def training(self, done: float, epochs: float, record: EpochRecord | None) -> None:
        """Write one line, unless the last was a moment ago."""
        self._clock.update(done, record)
        now = time.monotonic()
        if self._clock.record and (now - self._last >= _PLAIN_SECONDS or done >= epochs):
            self._last = now
            self.say(f"  {self._clock.line(epochs)}")

    def trained(self) -> None:
        """Nothing is left to write."""


class Live(Lines):
    """Writes one line about the training and keeps replacing it."""

    def say(self, sentence: str) -> None:
        """Write one line in the place of that about the training, which comes again below."""
        self._stream.write("\r\x1b[2K")
        super().say(sentence)

    def training(self, done: float, epochs: float, record: EpochRecord | None) -> None:
        """Replace the line."""
        self._clock.update(done, record)
        full = round(_BAR * min(done / epochs, 1.0))
        bar = "━" * full + "╌" * (_BAR - full)
        self._stream.write(f"\r\x1b[2K  {bar} {self._clock.line(epochs)}")
        self._stream.flush()

    def trained(self) -> None:
        """End the line."""
        self._stream.write("\n")
        self._stream.flush()


class _Clock:
    """The last record, and how long the rest will take at the pace since the first word (compiling left out)."""

    def __init__(self) -> None:
        self.record: EpochRecord | None = None
        self._first: tuple[float, float] | None = None  # time and epochs done
        self._done = 0.0

    def update(self, done: float, record: EpochRecord | None) -> None:
        self._first = self._first or (time.monotonic(), done)
        self._done = done
        self.record = record or self.record

    def line(self, epochs: float) -> str:
        ahead = self._ahead(epochs)
        if self.record is None:
            return f"epoch {self._done:.1f} of {epochs}{ahead}"
        one = self.record
        return (
            f"epoch {one.epoch} of {epochs}  train loss {one.train_loss:.4g}  validation loss {one.validation_loss:.4g}"
            f"  {one.metric} {one.validation_metric:.4g}{ahead}"
        )

    def _ahead(self, epochs: float) -> str:
        start, done = self._first or (0.0, self._done)
        if not done < self._done < epochs:
            return ""
        left = (time.monotonic() - start) * (epochs - self._done) / (self._done - done)
        return f"  {duration(left)} left at most"


def duration(seconds: float) -> str:
    """Return a time as a person says it: "8 s", "2 min 5 s", "1 h 4 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def listener(quiet: bool, stream: TextIO | None = None) -> Listener:
    """Return who hears: nobody when `quiet`, a live line on a terminal, plain lines elsewhere."""
    stream = stream or sys.stderr
    if quiet:
        return Silent()
    return Live(stream) if stream.isatty() else Lines(stream)


@contextmanager
def told(listener: Listener, sentence: str) -> Iterator[None]:
    """Say `sentence` with the time it took, when that was over a second."""
    start = time.monotonic()
    yield
    seconds = time.monotonic() - start
    if seconds >= 1.0:
        listener.say(f"{sentence} took {duration(seconds)}.")
