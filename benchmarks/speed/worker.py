"""A process that trains whenever it is told to: `python -m benchmarks.speed.worker CONTEST INDEX ...`.

It answers on standard output, a line of JSON each: first what it could prepare, then, for each line
`{"index": 0, "epochs": 50}` that it reads, the seconds of that training and its accuracy. What the peers print goes to
standard error.
"""

import importlib
import json
import os
import sys
import time
from typing import Any

from benchmarks.speed.contest import Contestant
from benchmarks.speed.contests import CONTESTS
from benchmarks.speed.entry import Entry
from benchmarks.speed.problem import Problem


def main() -> None:
    """Prepare the contestants named on the command line, then train on demand until the input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    contest = CONTESTS[sys.argv[1]]
    entries: dict[int, Entry] = {}
    for index in map(int, sys.argv[2:]):
        contestant = contest.contestants[index]
        try:
            entries[index] = entry_of(contestant, contest.problem)
            say(answers, parameters=entries[index].parameters)
        except ModuleNotFoundError as error:
            say(answers, missing=f"{error.name} is not installed")
    for line in sys.stdin:
        order = json.loads(line)
        entry = entries[order["index"]]
        start = time.perf_counter()
        trained = entry.train(order["epochs"])
        seconds = time.perf_counter() - start
        say(answers, seconds=seconds, accuracy=entry.accuracy(trained))


def entry_of(contestant: Contestant, problem: Problem | None) -> Entry:
    """Return the contestant, prepared for the problem."""
    module, function = contestant.place.split(":")
    prepared: Entry = getattr(importlib.import_module(f"benchmarks.speed.{module}"), function)(problem)
    return prepared


def say(answers: Any, **values: Any) -> None:
    """Answer with one line."""
    answers.write(json.dumps(values) + "\n")


if __name__ == "__main__":
    main()
