"""How soon does a search find a network within half a point of the best of 256 full trainings?

The CNN of MNIST-1D, 3000 train and 1000 validation rows of its 4000, the same for everybody. First the mark: 256
Sobol trials, each trained to its end by Piste, and half a point less than the best of their validation accuracies.
Then, seed after seed, each side searches with Hyperband until a trial of its own has reached the mark: Piste with its
zoom (`--sampler` names another) and 256 trials at most, in a fresh process with empty caches, from the rows in memory
on, so that compiling is counted; Optuna with TPE and its own Hyperband, PyTorch training one trial after another, its
imports not counted. A side that has not reached the mark after `--limit` seconds, or with its last trial, is counted
with the seconds it took until then, and the table says so. The ratio is that of the medians over the seeds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from statistics import median
from typing import Any

from benchmarks.search.race import ROOT, say

TARGET = 10.0
WITHIN = 0.005


@dataclass(frozen=True)
class Reached:
    """Seconds until the mark was reached, or that the side was given, and what it had tried until then."""

    seconds: float
    best: float
    trials: int


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Find the mark where none is given, let both sides reach it, and print the table; return the figures."""
    seeds = arguments.seeds or list(range(10))
    figures: dict[str, Any] = {"seeds": seeds, "limit": arguments.limit}
    mark = arguments.mark
    if mark is None:
        best = _asked("by_piste_reaching", "mark", arguments.trials or 256)
        say(f"{best.trials} full trainings in {best.seconds:.1f} s; the best validation accuracy is {best.best:.4f}.")
        mark = best.best - WITHIN
    say(f"The mark is {mark:.4f}.\n")
    say("| seed | Piste s | best | trials begun | Optuna and PyTorch s | best | trials begun | ratio |")
    say("| --- | --- | --- | --- | --- | --- | --- | --- |")
    sides: dict[str, list[Reached]] = {"piste": [], "optuna": []}
    for seed in seeds:
        mine = _asked("by_piste_reaching", seed, mark, arguments.limit, arguments.sampler)
        theirs = _asked("by_optuna_reaching", seed, mark, arguments.limit)
        sides["piste"].append(mine)
        sides["optuna"].append(theirs)
        say(f"| {seed} | {_said(mine, mark)} | {_said(theirs, mark)} | {theirs.seconds / mine.seconds:.1f} |")
    middle = {name: median(one.seconds for one in side) for name, side in sides.items()}
    ratio = middle["optuna"] / middle["piste"]
    short = "" if ratio >= TARGET else " MISSED"
    say(f"| median | {middle['piste']:.1f} | | | {middle['optuna']:.1f} | | | {ratio:.1f}{short} |")
    times = {name: [vars(one) for one in side] for name, side in sides.items()}
    return {**figures, **times, "mark": mark, "ratio": ratio, "reached": ratio >= TARGET}


def _said(one: Reached, mark: float) -> str:
    limited = "" if one.best >= mark else "at least "
    return f"{limited}{one.seconds:.1f} | {one.best:.4f} | {one.trials}"


def _asked(module: str, *words: object) -> Reached:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "XDG_CACHE_HOME": f"{folder}/cache", "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-m", f"benchmarks.search.{module}", folder, *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return Reached(**json.loads(done.stdout.strip().splitlines()[-1]))
