"""Chunks in several processes: what is trained is a formula, so that the processes are all there is to test."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from piste.core.errors import RunError, SettingError
from piste.core.studies import TrialRecord, TrialStatus
from piste.tune.chunk import Chunk, Hear, unheard
from piste.tune.cluster.lost import MOST
from piste.tune.cluster.processes import Processes, shares


def chunk(*numbers: int) -> Chunk:
    return Chunk(tuple(TrialRecord(number, {}, (), TrialStatus.RUNNING, worker="here") for number in numbers))


@dataclass(frozen=True)
class Formula:
    """Trains a trial to the loss 1 / (1 + number). `dies` are trials over which as many processes die."""

    folder: Path
    dies: tuple[int, ...] = ()
    times: int = 0

    def __call__(self, given: Chunk, hear: Hear) -> tuple[TrialRecord, ...]:
        hear(given.trials)
        for number in given.numbers:
            if number in self.dies and len(list(self.folder.glob(f"{number}-*"))) < self.times:
                (self.folder / f"{number}-{os.getpid()}").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            if number == 99:
                raise RunError("Trial 99 is wrong.")
        return tuple(
            replace(one, status=TrialStatus.FINISHED, loss=1 / (1 + one.number), note=str(os.getpid()))
            for one in given.trials
        )


@pytest.fixture
def made(tmp_path: Path) -> Iterator[list[Processes]]:
    """A list of what is to be closed."""
    every: list[Processes] = []
    yield every
    for one in every:
        one.close()


def ended(executor: Processes, chunks: Sequence[Chunk]) -> dict[int, TrialRecord]:
    left, under_way = list(chunks), 0
    found: dict[int, TrialRecord] = {}
    while left or under_way:
        while left and under_way < executor.places:
            executor.start(left.pop(0))
            under_way += 1
        records = executor.wait(unheard)
        under_way -= 1
        found |= {one.number: one for one in records}
    return found


def test_all_chunks_are_trained_and_each_record_says_by_whom(tmp_path: Path, made: list[Processes]) -> None:
    made.append(Processes(Formula(tmp_path), 2))
    found = ended(made[0], [chunk(0, 1), chunk(2), chunk(3, 4), chunk(5)])
    assert {number: one.loss for number, one in found.items()} == {number: 1 / (1 + number) for number in range(6)}
    assert {one.worker for one in found.values()} <= {"here process 1", "here process 2"}
    assert len({one.note for one in found.values()}) <= 2


def test_a_chunk_whose_process_dies_is_done_again_by_another(tmp_path: Path, made: list[Processes]) -> None:
    made.append(Processes(Formula(tmp_path, dies=(2,), times=MOST), 2))
    heard: list[int] = []
    made[0].start(chunk(2, 3))
    records = made[0].wait(lambda trials: heard.extend(one.number for one in trials))
    assert [one.loss for one in records] == [1 / 3, 1 / 4]
    assert len(list(tmp_path.iterdir())) == MOST
    assert heard == [2, 3] * (MOST + 1)


def test_a_chunk_that_breaks_everybody_is_given_up(tmp_path: Path, made: list[Processes]) -> None:
    made.append(Processes(Formula(tmp_path, dies=(2,), times=100), 1))
    made[0].start(chunk(2, 3))
    with pytest.raises(RunError, match=rf"{MOST + 1} workers died over the trials 2 to 3 \(the last with exit code -9"):
        made[0].wait(unheard)


def test_what_a_chunk_raises_is_raised_here(tmp_path: Path, made: list[Processes]) -> None:
    made.append(Processes(Formula(tmp_path), 1))
    made[0].start(chunk(99))
    with pytest.raises(RunError, match=r"Trial 99 is wrong\."):
        made[0].wait(unheard)


def test_what_hears_ends_the_work_and_no_process_stays(tmp_path: Path) -> None:
    executor = Processes(Formula(tmp_path), 2)
    executor.start(chunk(0))
    executor.start(chunk(1))

    def stop(trials: Sequence[TrialRecord]) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        executor.wait(stop)
    pids = [one.process.pid for one in executor._workers]
    executor.close()
    time.sleep(0.1)
    assert not any(pid and Path(f"/proc/{pid}").exists() for pid in pids)


def test_what_cannot_be_sent_is_said() -> None:
    with pytest.raises(SettingError, match="cannot be sent to another process"):
        Processes(lambda given, hear: given.trials, 1)


@pytest.mark.parametrize("count", [1, 2, 3, 64])
def test_cores_are_shared_out(count: int) -> None:
    cores = sorted(os.sched_getaffinity(0))
    found = shares(count)
    assert len(found) == count
    assert all(found)
    assert {core for share in found for core in share} == set(cores)
    if count <= len(cores):
        assert sorted(core for share in found for core in share) == cores
