"""CIFAR-10 from the command line: how accurate is the small convolutional network, and how long does it take?

    python benchmarks/cifar.py [--seeds 5]

Each seed is `piste train` in a process of its own: reading 60,000 JPEG pictures, training, baselines, evaluation and
report together. Accuracy is on the 10,000 test pictures, in percent, as the mean over seeds with its 95 % interval;
seconds are of the wall, CPU seconds those of both cores together. The folder that PISTE_DATA names holds the pictures.
"""

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import stats

ACCURACY, SECONDS = 80.0, 900.0  # at least, and at most
RECIPE = (
    *("--model", "cnn", "--hidden", "32,64,128,128", "--dropout", "0", "--smoothing", "0.1"),
    *("--augment", "flip,shift:3", "--epochs", "10", "--batch-size", "128"),
    *("--learning-rate", "0.004", "--schedule", "one-cycle", "--weight-decay", "0.02"),
)


class Run(NamedTuple):
    """What one run reached and took."""

    accuracy: float
    seconds: float
    cpu: float
    step: float  # CPU milliseconds


def main() -> int:
    """Run every seed; return 1 where the accuracy or the time misses its target."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    say(f"piste train train.parquet --test test.parquet {' '.join(RECIPE)}\n")
    say("| seed | accuracy, % | s | CPU s | CPU ms a step |")
    say("| --- | --- | --- | --- | --- |")
    runs = []
    for seed in range(given.seeds):
        runs.append(trained(seed))
        one = runs[-1]
        say(f"| {seed} | {one.accuracy:.2f} | {one.seconds:.0f} | {one.cpu:.0f} | {one.step:.0f} |")
    accuracies = np.array([one.accuracy for one in runs])
    slowest = max(one.seconds for one in runs)
    half = 0.0
    if len(runs) > 1:
        half = float(stats.t.ppf(0.975, len(runs) - 1) * accuracies.std(ddof=1) / math.sqrt(len(runs)))
    mean = float(accuracies.mean())
    say(f"\nMean {mean:.2f} [{mean - half:.2f}, {mean + half:.2f}], at least {ACCURACY:g}; slowest {slowest:.0f} s.")
    return 0 if mean >= ACCURACY and slowest <= SECONDS else 1


def trained(seed: int) -> Run:
    """Return the accuracy and the times of one run."""
    pictures = Path(os.environ.get("PISTE_DATA", ".")) / "cifar10-jpeg"
    data = (str(pictures / "train.parquet"), "--test", str(pictures / "test.parquet"))
    with tempfile.TemporaryDirectory() as folder:
        options = ("--seed", str(seed), "--runs", folder, "--quiet")
        command = [sys.executable, "-m", "piste", "train", *data, *RECIPE, *options]
        start, before = time.perf_counter(), cpu_seconds()
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        seconds, cpu = time.perf_counter() - start, cpu_seconds() - before
        run = Path(done.stdout.strip())
        evaluation = json.loads((run / "evaluation.json").read_text())
        steps = json.loads((run / "run.json").read_text())["training"]["steps"]
    accuracy = next(score["value"] for score in evaluation["scores"] if score["name"] == "accuracy")
    return Run(100.0 * accuracy, seconds, cpu, 1000.0 * cpu / steps)


def cpu_seconds() -> float:
    """Return the CPU seconds of all processes that were waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def say(line: str) -> None:
    """Print one line at once, since a run takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
