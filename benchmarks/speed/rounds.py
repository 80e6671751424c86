"""Contestants take turns: one training each, round after round, so that a slow spell of the machine hits all alike."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.speed.contest import Contest, Contestant, Outcome, Result
from benchmarks.speed.problem import Problem

ROOT = Path(__file__).parents[2]
PAUSE_SECONDS = 0.3  # threads of the one before go on waiting for work for a while

Turn = Callable[[float], tuple[float, float | None]]  # share of the epochs -> (seconds, accuracy)


def run(name: str, contest: Contest, repeats: int) -> Result:
    """Return the outcome of every contestant after a cold training and `repeats` warm ones.

    The caches of compiled programs are empty at the start.
    """
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "XDG_CACHE_HOME": folder, "TF_CPP_MIN_LOG_LEVEL": "3"}
        if contest.processes == "fresh":
            return _measured(name, contest, _programs(contest, environment, Path(folder)), repeats)
        workers = _workers(name, contest, environment)
        try:
            return _measured(name, contest, workers, repeats)
        finally:
            for turn in workers:
                if isinstance(turn, _Turns):
                    turn.process.kill()


class _Turns:
    """The turns of one contestant in a worker's process."""

    def __init__(self, process: "subprocess.Popen[str]", index: int, problem: Problem) -> None:
        self.process, self.index, self.problem = process, index, problem
        self.parameters: int | None = None

    def answer(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"The process of contestant {self.index} ended before it answered; see what it printed.")
        values: dict[str, Any] = json.loads(line)
        return values

    def __call__(self, share: float) -> tuple[float, float | None]:
        assert self.process.stdin
        epochs = max(round(share * self.problem.epochs), 1)
        self.process.stdin.write(json.dumps({"index": self.index, "epochs": epochs}) + "\n")
        self.process.stdin.flush()
        values = self.answer()
        return values["seconds"] * self.problem.epochs / epochs, values["accuracy"]


def _workers(name: str, contest: Contest, environment: dict[str, str]) -> list[Turn | str]:
    """Return the turns of every contestant, or why it has none."""
    assert contest.problem
    numbers = [str(index) for index in range(len(contest.contestants))]
    groups = [numbers] if contest.processes == "together" else [[number] for number in numbers]
    turns: list[Turn | str] = []
    for group in groups:
        command = [sys.executable, "-m", "benchmarks.speed.worker", name, *group]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, text=True)
        for number in group:
            turn = _Turns(process, int(number), contest.problem)
            ready = turn.answer()
            turn.parameters = ready.get("parameters")
            turns.append(ready.get("missing", turn))
    return turns


def _programs(contest: Contest, environment: dict[str, str], folder: Path) -> list[Turn | str]:
    """Return the turns of programs that run in a process of their own each time."""
    file = folder / "data.npz"
    if contest.problem:
        train, test = contest.problem.rows
        np.savez(file, x=train.inputs, y=train.labels, x_test=test.inputs, y_test=test.labels)

    def turn(contestant: Contestant) -> Turn:
        command = [sys.executable, str(Path(__file__).parent / contestant.place), str(file)]

        def timed(share: float) -> tuple[float, float | None]:
            start = time.perf_counter()
            done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
            seconds = time.perf_counter() - start
            return seconds, float(done.stdout) if done.stdout.strip() else None

        return timed

    return [turn(contestant) for contestant in contest.contestants]


def _measured(name: str, contest: Contest, turns: list[Turn | str], repeats: int) -> Result:
    pairs = list(zip(contest.contestants, turns, strict=True))
    cold = {who.name: _after_pause(turn, 1.0) for who, turn in pairs if not isinstance(turn, str)}
    warm: dict[str, list[float]] = {who.name: [] for who in contest.contestants}
    for _ in range(repeats):
        for who, turn in pairs:
            if not isinstance(turn, str):
                warm[who.name].append(_after_pause(turn, who.share)[0])
    outcomes = []
    for who, turn in pairs:
        if isinstance(turn, str):
            outcomes.append(Outcome(who.name, missing=turn))
            continue
        seconds, accuracy = cold[who.name]
        count = turn.parameters if isinstance(turn, _Turns) else None
        outcomes.append(Outcome(who.name, seconds, tuple(warm[who.name]), accuracy, count))
    steps = contest.problem.epochs * contest.problem.steps if contest.problem else None
    return Result(name, tuple(outcomes), steps)


def _after_pause(turn: Turn, share: float) -> tuple[float, float | None]:
    time.sleep(PAUSE_SECONDS)
    return turn(share)
