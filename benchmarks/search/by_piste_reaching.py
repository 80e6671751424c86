"""Piste on its way to the mark: python -m ... FOLDER mark TRIALS, or FOLDER SEED MARK LIMIT SAMPLER."""

import json
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search.by_piste import in_order, settings_of
from benchmarks.search.race import RACES
from benchmarks.search.reaching import rows
from piste.core.settings import from_mapping
from piste.core.studies import TrialRecord
from piste.recipe.progress import Silent
from piste.recipe.tune import tune, tune_with
from piste.recipe.tuning import Asked
from piste.tune.chunk import Chunk, Hear, Here
from piste.tune.settings import TuneSettings
from piste.tune.written import parsed

TRIALS = 256


class OverError(Exception):
    """The mark is reached, or the time is over."""


class Watched(Here):
    """Trains chunks here, and raises `OverError` where a trial has reached the mark, or time is over."""

    def __init__(self, execute: Any, mark: float, until: float) -> None:
        super().__init__(execute)
        self._mark, self._until = mark, until
        self.best, self.begun = 0.0, 0

    def start(self, chunk: Chunk) -> None:
        """Count its trials."""
        self.begun += len(chunk.trials)
        super().start(chunk)

    def wait(self, hear: Hear) -> tuple[TrialRecord, ...]:
        """Train the oldest chunk; raises `OverError`."""

        def heard(trials: Sequence[TrialRecord]) -> None:
            hear(trials)
            self.best = max([self.best, *(float(np.nanmax(one.metrics)) for one in trials if one.metrics)])
            if self.best >= self._mark or time.perf_counter() > self._until:
                raise OverError

        return super().wait(heard)


def main() -> None:
    """Do what the command line asks, and print it."""
    folder, race, entry = Path(sys.argv[1]), rows(), RACES["cnn"]
    data = {
        "x_train": in_order(entry, race.train.inputs), "y_train": race.train.classes,
        "x_validation": in_order(entry, race.validation.inputs), "y_validation": race.validation.classes,
        "x_test": in_order(entry, race.validation.inputs[:20]), "y_test": race.validation.classes[:20],  # not looked at
    }  # fmt: skip
    settings: dict[str, Any] = settings_of(entry, entry.epochs)
    ranges: dict[str, Any] = {name: parsed(text, name) for name, text in entry.space.items()}
    found = _mark(data, folder, int(sys.argv[3]), settings | ranges) if sys.argv[2] == "mark" else None
    found = found or _reached(data, folder, settings, ranges)
    sys.stdout.write(json.dumps(found) + "\n")


def _mark(data: Any, folder: Path, trials: int, settings: dict[str, Any]) -> dict[str, Any]:
    """Train all trials to their end; return the best validation accuracy of any epoch of any trial."""
    began = time.perf_counter()
    study = tune(data, runs=folder, quiet=True, trials=trials, scheduler="none", final=False, **settings)
    seconds = time.perf_counter() - began
    best = max(max(one.metrics, default=0.0) for one in study.trials)
    return {"seconds": seconds, "best": best, "trials": len(study.trials)}


def _reached(data: Any, folder: Path, settings: dict[str, Any], ranges: dict[str, Any]) -> dict[str, Any]:
    seed, mark, limit = int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    made: list[Watched] = []
    began = time.perf_counter()

    def executor(bench: Any) -> Watched:
        made.append(Watched(bench, mark, began + limit))
        return made[0]

    given = settings | {"seed": seed}
    how = from_mapping(TuneSettings, {"trials": TRIALS, "sampler": sys.argv[5], "final": False}, "the race")
    said = frozenset({"trials", "sampler", "final"})
    asked = Asked(given, ranges, dict.fromkeys(given, "python"), how, "the race", said)
    with suppress(OverError):
        tune_with(data, asked, folder, Silent(), None, executor=executor)
    return {"seconds": time.perf_counter() - began, "best": made[0].best, "trials": made[0].begun}


if __name__ == "__main__":
    main()
