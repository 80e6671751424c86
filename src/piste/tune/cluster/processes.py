"""Chunks trained by several processes of this machine, each on cores of its own."""

import contextlib
import multiprocessing
import os
import pickle
import signal
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler

from piste.core.errors import PisteError, SettingError
from piste.core.studies import TrialRecord
from piste.tune.chunk import Chunk, Execute, Hear
from piste.tune.cluster.lost import Losses

HEARD, DONE, WRONG = "heard", "done", "wrong"
_LOOK = 0.5  # seconds between two looks at whether to stop
_LEAVE = 5.0  # seconds for a process that is ended


@dataclass
class _Worker:
    process: BaseProcess
    line: Connection
    chunk: Chunk | None = None


class Processes:
    """Trains as many chunks at a time as there are processes. One that dies is replaced, and its chunk done again.

    `execute` is sent to each process once, and called there chunk by chunk. Raises `SettingError` where it holds what
    cannot be sent, such as a loss that is a local function.
    """

    def __init__(self, execute: Execute, count: int) -> None:
        self.places = count
        self._packed = packed(execute)
        self._context = multiprocessing.get_context("spawn")  # a fork would share locks of JAX's threads
        self._shares = shares(count)
        self._losses = Losses()
        self._workers: list[_Worker] = []
        try:
            self._workers = [self._hired(number) for number in range(count)]
        except BaseException:
            self.close()
            raise

    def _hired(self, number: int) -> _Worker:
        line, other = self._context.Pipe()
        name = f"process {number + 1}"
        process = self._context.Process(target=_work, args=(other, self._shares[number], name), daemon=True)
        process.start()
        other.close()
        # Lost at once, it is found out when it is waited for.
        with contextlib.suppress(OSError):
            line.send_bytes(self._packed)
        return _Worker(process, line)

    def start(self, chunk: Chunk) -> None:
        """Give the chunk to a process that has none."""
        worker = next(one for one in self._workers if one.chunk is None)
        worker.chunk = chunk
        with contextlib.suppress(OSError):
            worker.line.send(chunk)

    def wait(self, hear: Hear) -> tuple[TrialRecord, ...]:
        """Return the records of the chunk that is done next. What a chunk raises is raised here."""
        while True:
            hear(())  # so that who wants to stop is not kept waiting for a word of the trials
            for number, worker in self._talking():
                try:
                    kind, content = worker.line.recv()
                except (EOFError, OSError):
                    self._replace(number)
                    continue
                if kind == HEARD:
                    hear(content)
                    continue
                worker.chunk = None
                if kind == DONE:
                    return tuple(content)
                raise content

    def _talking(self) -> Iterator[tuple[int, _Worker]]:
        """Yield who has something to say, waiting a moment for that; the line of who died is at its end."""
        busy = {one.line: number for number, one in enumerate(self._workers) if one.chunk is not None}
        for line in wait(list(busy), _LOOK):
            number = busy[line]  # type: ignore[index]
            yield number, self._workers[number]

    def _replace(self, number: int) -> None:
        worker = self._workers[number]
        worker.process.join(_LEAVE)
        chunk = worker.chunk
        worker.line.close()
        if chunk is not None:
            self._losses.count(chunk, f"the last with exit code {worker.process.exitcode}")
        self._workers[number] = self._hired(number)
        if chunk is not None:
            self._workers[number].chunk = chunk
            with contextlib.suppress(OSError):
                self._workers[number].line.send(chunk)

    def close(self) -> None:
        """End all processes."""
        for worker in self._workers:
            worker.line.close()
            worker.process.kill() if worker.chunk is not None else worker.process.terminate()
        for worker in self._workers:
            worker.process.join(_LEAVE)


def packed(execute: Execute) -> bytes:
    """Return `execute` as bytes for another process; raises `SettingError` where it holds what cannot be sent."""
    try:
        return bytes(ForkingPickler.dumps(execute))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise SettingError(
            f"What is trained cannot be sent to another process ({error}). A loss or a metric of your own must be "
            "a function of a module; or leave out --workers and --cluster."
        ) from error


def shares(count: int) -> list[Sequence[int]]:
    """Return the cores of each of `count` processes: apart where there are enough."""
    if not hasattr(os, "sched_getaffinity"):
        return [()] * count
    cores = sorted(os.sched_getaffinity(0))
    return [cores[number::count] or [cores[number % len(cores)]] for number in range(count)]


def _work(line: Connection, cores: Sequence[int], name: str) -> None:
    """Train chunk after chunk, until the line is at its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who waits for this process, and ends it
    if cores:
        os.sched_setaffinity(0, cores)  # before JAX is imported, which makes a thread for each core
    with contextlib.suppress(EOFError, OSError):
        execute: Execute = line.recv()
        while True:
            chunk = line.recv()

            def hear(trials: Sequence[TrialRecord]) -> None:
                line.send((HEARD, tuple(named(trials, name))))

            answer: tuple[str, object]
            try:
                answer = DONE, tuple(named(execute(chunk, hear), name))
            except PisteError as error:
                answer = WRONG, error
            except Exception:
                answer = WRONG, RuntimeError(f"In another process: {traceback.format_exc()}")
            line.send(answer)


def named(trials: Sequence[TrialRecord], name: str) -> Iterator[TrialRecord]:
    """Yield the trials, with the part of the study's worker that trained them."""
    for one in trials:
        yield replace(one, worker=f"{one.worker} {name}".strip())
