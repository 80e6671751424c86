"""How long is it from the command to the report, and how much memory does it take?

    python benchmarks/times.py [NAME ...]

Each case is `piste train` in a process of its own with nothing set but what the data need: reading, training,
baselines, evaluation and report together. "Cold" starts with an empty cache of compiled programs, "warm" is the run
after it. The folder that PISTE_DATA names holds the tables and MNIST.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

GIB = 2**30


@dataclass(frozen=True)
class Case:
    """What is trained, and the most that it may take: seconds from cold and warm, and GiB."""

    arguments: tuple[str, ...]
    cold: float
    warm: float
    memory: float = 2.0


CASES = {
    "digits": Case(("digits",), cold=15, warm=8),
    "adult": Case(("{data}/tables/adult-train.csv", "--test", "{data}/tables/adult-test.csv"), cold=60, warm=60),
    "mnist": Case(("mnist",), cold=240, warm=240),
}


def main() -> int:
    """Run the cases named on the command line, or all; return 1 where one takes more than it may."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*CASES, []], metavar="NAME", help=", ".join(CASES))
    names = parser.parse_args().names or list(CASES)
    say("| case | cold s | at most | warm s | at most | peak GiB | at most | score |")
    say("| --- | --- | --- | --- | --- | --- | --- | --- |")
    kept = [run(name, CASES[name]) for name in names]
    return 0 if all(kept) else 1


def run(name: str, case: Case) -> bool:
    """Print the line of one case; return whether it keeps its limits."""
    with tempfile.TemporaryDirectory() as folder:
        cold, _, _ = timed(case, Path(folder))
        warm, peak, score = timed(case, Path(folder))
    kept = cold <= case.cold and warm <= case.warm and peak <= case.memory
    say(
        f"| {name} | {cold:.1f} | {case.cold:g} | {warm:.1f} | {case.warm:g} | {peak:.2f} | {case.memory:g} | {score} |"
        f"{'' if kept else ' MISSED'}"
    )
    return kept


def timed(case: Case, folder: Path) -> tuple[float, float, str]:
    """Run one command; return seconds, peak GiB and the main score."""
    data = os.environ.get("PISTE_DATA", "")
    arguments = [word.format(data=data) for word in case.arguments]
    command = [sys.executable, "-m", "piste", "train", *arguments, "--runs", str(folder / "runs"), "--quiet"]
    start = time.perf_counter()
    done = subprocess.run(
        command, env={**os.environ, "XDG_CACHE_HOME": str(folder)}, capture_output=True, text=True, check=True
    )
    seconds = time.perf_counter() - start
    # The largest of all children so far: a later case that takes less would not show, so cases go up in size.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / GIB
    evaluation = json.loads((Path(done.stdout.strip()) / "evaluation.json").read_text())
    main_score = next(score for score in evaluation["scores"] if score["name"] == evaluation["main"])
    return seconds, peak, f"{main_score['name']} {main_score['value']:.4f}"


def say(line: str) -> None:
    """Print one line at once, since a case can take minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
