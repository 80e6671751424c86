"""The same trials by Piste and by its peers, each in processes of its own."""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.search.trial import Kind, Outcome, Race, read, write

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Entry:
    """What a race is about. `targets` are the ratios that are to be reached, by the name of the peer.

    `margin` is how far the median accuracies, and the best ones, may lie apart.
    """

    data: str
    kind: Kind
    trials: int
    epochs: int
    batch_size: int
    space: dict[str, str]
    targets: dict[str, float]
    margin: float = 0.03


RATES = {"learning_rate": "log(1e-4, 0.03)", "weight_decay": "log(1e-5, 0.1)"}
RACES = {
    "digits": Entry(
        "digits", "mlp", 256, 50, 32, {**RATES, "dropout": "uniform(0, 0.5)", "width": "integers(16, 256, log=true)"},
        {"scikit-learn": 15.0, "optuna": 40.0, "ray": 40.0, "kerastuner": 40.0},
    ),
    "cnn": Entry("mnist1d", "cnn", 64, 30, 100, {**RATES, "momentum": "one_minus_log(0.8, 0.99)"}, {"optuna": 8.0}),
    "gru": Entry("mnist1d", "gru", 64, 30, 100, {**RATES, "momentum": "one_minus_log(0.8, 0.99)"}, {"optuna": 20.0}),
}  # fmt: skip
PEERS = {
    "scikit-learn": "RandomizedSearchCV of MLPClassifier, n_jobs=2 (no dropout, draws of its own)",
    "optuna": "Optuna and PyTorch, trials one after another",
    "optuna-2": "Optuna and PyTorch, two processes",
    "ray": "Ray Tune and PyTorch, two trials at a time",
    "kerastuner": "KerasTuner and Keras on JAX, trials one after another",
}


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run one race and print its table; return the figures."""
    entry = RACES[arguments.part]
    entry = dataclasses.replace(entry, trials=arguments.trials or entry.trials, epochs=arguments.epochs or entry.epochs)
    peers = arguments.peers or list(PEERS if entry.kind == "mlp" else ["optuna", "optuna-2"])
    with tempfile.TemporaryDirectory() as folder:
        ours, race = _known(arguments.ours) or _piste(arguments.part, entry, Path(folder))
        if arguments.ours and not arguments.ours.is_dir():
            _keep(arguments.ours, ours, race)
        say(f"{entry.trials} trials of {entry.epochs} epochs, {len(race.train.classes):,} train rows, "
            f"batches of {entry.batch_size}\n")  # fmt: skip
        say("| who | trials timed | seconds | seconds for all | ratio | median accuracy | best |")
        say("| --- | --- | --- | --- | --- | --- | --- |")
        _line("Piste, all of it", entry.trials, ours, ours.seconds, None, "")
        figures: dict[str, Any] = {"piste": dataclasses.asdict(ours), "reached": True}
        some = _some(race, min(arguments.peer_trials, entry.trials))
        write(some, Path(folder) / "some.npz")
        for peer in peers:
            theirs = _peer(peer, Path(folder) / "some.npz")
            if theirs is None:
                say(f"| {PEERS[peer]} | not installed | | | | | |")
                continue
            scaled = theirs.seconds * entry.trials / len(some.trials)
            same = _alike(ours, theirs, entry, len(some.trials), peer)
            ratio = scaled / ours.seconds
            missed = "" if ratio >= entry.targets.get(peer, 0.0) else " MISSED"
            _line(PEERS[peer], len(some.trials), theirs, scaled, ratio, same or missed)
            figures[peer] = {**dataclasses.asdict(theirs), "scaled": scaled, "ratio": ratio, "note": same}
            figures["reached"] &= not (same or missed)
    return figures


def _known(kept: Path | None) -> tuple[Outcome, Race] | None:
    """Return what Piste did before, where it is kept."""
    if kept is None or not kept.is_dir():
        return None
    return _outcome((kept / "outcome.json").read_text()), read(kept / "race.npz")


def _keep(folder: Path, ours: Outcome, race: Race) -> None:
    folder.mkdir(parents=True)
    write(race, folder / "race.npz")
    (folder / "outcome.json").write_text(json.dumps(dataclasses.asdict(ours)))


def _line(who: str, trials: int, outcome: Outcome, scaled: float, ratio: float | None, note: str) -> None:
    known = [one for one in outcome.accuracies if np.isfinite(one)]
    said = "" if ratio is None else f"{ratio:.1f}"
    seconds = f"{outcome.seconds:.1f} | {scaled:.1f}"
    say(f"| {who} | {trials} | {seconds} | {said}{note} | {median(known):.4f} | {max(known):.4f} |")


def _some(race: Race, count: int) -> Race:
    """Return the race with `count` of its trials, evenly taken."""
    places = np.linspace(0, len(race.trials) - 1, count).round().astype(int)
    return dataclasses.replace(race, trials=tuple(race.trials[place] for place in places))


def _alike(ours: Outcome, theirs: Outcome, entry: Entry, count: int, peer: str) -> str:
    """Return what is wrong where the accuracies lie apart; for the same trials they are compared one by one."""
    places = np.linspace(0, len(ours.accuracies) - 1, count).round().astype(int)
    mine = np.array(ours.accuracies)[places]
    other = np.array(theirs.accuracies)
    apart = float(np.median(mine) - np.median(other) if peer == "scikit-learn" else np.median(mine - other))
    best = float(mine.max() - other.max())
    if max(abs(apart), abs(best)) <= entry.margin:
        return ""
    return f" INVALID: accuracies differ by {apart:+.3f} in the median, {best:+.3f} at the best"


def _piste(name: str, entry: Entry, folder: Path) -> tuple[Outcome, Race]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache"), "TF_CPP_MIN_LOG_LEVEL": "3"}
    asked = [name, str(entry.trials), str(entry.epochs), str(folder)]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.search.by_piste", *asked], cwd=ROOT, env=environment, check=True,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return _outcome(done.stdout), read(folder / "race.npz")


def _peer(name: str, race: Path) -> Outcome | None:
    command = [sys.executable, "-m", "benchmarks.search.by_peers", name, str(race)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return _outcome(done.stdout) if done.stdout.strip() else None


def _outcome(text: str) -> Outcome:
    values = json.loads(text.strip().splitlines()[-1])
    return Outcome(values["seconds"], tuple(values["accuracies"]), values.get("note", ""))


def say(line: str) -> None:
    """Print one line at once, since a contestant can take minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
