"""What watching costs: the same training with what the linter looks at in its compiled program, and without.

python -m benchmarks.linter.watching [--repeats 5]

Each training runs in a process of its own, in turn with the other. Timed is the compiled program alone, which trains
and validates; without watching it keeps no norms, no losses by example and no counts of units.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import jax

import piste
from piste.core.watched import WatchedRecord
from piste.train import fit as engine
from piste.train import program
from piste.train.seen import Blind

CASES: dict[str, dict[str, Any]] = {
    "digits, 64-32-10, batch 32": {"data": "digits", "hidden": (32,), "batch_size": 32, "epochs": 400},
    "digits, 64-256-128-10, batch 64": {"data": "digits", "hidden": (256, 128), "batch_size": 64, "epochs": 200},
    "MNIST, 784-128-10, batch 64": {"data": "mnist", "hidden": (128,), "batch_size": 64, "epochs": 4},
    "digits, convolutions": {"data": "digits", "model": "cnn", "batch_size": 64, "epochs": 20},
}
MOST = 1.05


def main() -> int:
    """Print the times with and without watching; return 1 where watching costs more than 5 %."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.linter.watching", description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="", help="cases whose name has this word")
    parser.add_argument("--one", nargs=2, metavar=("CASE", "WAY"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        print(_trained(CASES[arguments.one[0]], arguments.one[1] == "watched"))
        return 0
    print("| training | watched, s | not watched, s | ratio, median of pairs | all pairs |")
    print("| --- | --- | --- | --- | --- |")
    ratios = [_row(name, arguments.repeats) for name in CASES if arguments.only in name]
    return int(any(ratio > MOST for ratio in ratios))


def _row(name: str, repeats: int) -> float:
    pairs = [tuple(_process(name, way) for way in _order(repeat)) for repeat in range(repeats)]
    both = [pair if _order(repeat)[0] == "watched" else pair[::-1] for repeat, pair in enumerate(pairs)]
    ratio = median(one / other for one, other in both)
    watched, plain = (median(side) for side in zip(*both, strict=True))
    every = ", ".join(f"{one / other:.3f}" for one, other in both)
    print(f"| {name} | {watched:.3f} | {plain:.3f} | {ratio:.3f} | {every} |", flush=True)
    return ratio


def _order(repeat: int) -> tuple[str, str]:
    return ("watched", "plain") if repeat % 2 == 0 else ("plain", "watched")


def _process(name: str, way: str) -> float:
    command = [sys.executable, "-m", "benchmarks.linter.watching", "--one", name, way]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def _trained(case: dict[str, Any], watched: bool) -> float:
    """Return the seconds that the compiled program of a training took."""
    clock = _Clock(vars(engine)["compiled"])
    vars(engine)["compiled"] = clock.compiled
    if not watched:
        vars(program)["eye_of"] = lambda plan, rows, kind: Blind(plan)
        vars(engine).update(
            in_view=lambda carry, validation, precision: carry,
            with_looks=lambda position, seen, fresh, line: (),
            watched_record=lambda *given: WatchedRecord((), (), (), 0),
        )
    given = dict(case)
    data = given.pop("data")
    with tempfile.TemporaryDirectory() as runs:
        piste.train(data, **given, patience=0, ignore=tuple("DMLOTER"), runs=runs, quiet=True)
    return clock.seconds


class _Clock:
    """Times every call of the compiled program but the first, which compiles it."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make, self._called, self.seconds = make, False, 0.0

    def compiled(self, plan: Any) -> Any:
        call = self._make(plan)

        def timed(*arguments: Any) -> Any:
            began = time.perf_counter()
            made = jax.block_until_ready(call(*arguments))
            self.seconds += time.perf_counter() - began if self._called else 0.0
            self._called = True
            return made

        return timed


if __name__ == "__main__":
    sys.exit(main())
