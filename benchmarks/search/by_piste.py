"""A race by `piste.tune`, timed from the data in memory to the report of the search; then the race for the peers."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.search.race import RACES, Entry
from benchmarks.search.trial import Race, Rows, write
from benchmarks.speed.by_piste import model_of
from benchmarks.speed.problem import DATA, Net
from piste.data.dataset import load
from piste.nn.spec import to_spec
from piste.recipe.fitting import encode_splits, fitted_encoding
from piste.recipe.settings import from_keywords
from piste.recipe.tune import tune
from piste.recipe.tuned_study import Study
from piste.tune.written import parsed

NETWORKS: dict[str, dict[str, Any]] = {
    "mlp": {"model": "mlp", "depth": 2},
    "cnn": {"spec": Net("conv1d", (25, 25, 25))},
    "gru": {"spec": Net("gru", (6,))},
}
FIXED = {
    "optimiser": "adamw", "schedule": "constant", "warmup": 0.0, "patience": 0, "clip": 0.0, "batch_norm": False,
    "bins": 0, "precision": "float32", "metric": "accuracy", "checkpoint": 0.0,
}  # fmt: skip


def main() -> None:
    """Run the race that the command line names: its name, trials, epochs, and the folder to write to."""
    name, trials, epochs, folder = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    entry = RACES[name]
    train, test = DATA[entry.data]()
    data = (in_order(entry, np.concatenate([train.inputs, test.inputs])), np.concatenate([train.labels, test.labels]))
    settings = settings_of(entry, epochs)
    ranges: dict[str, Any] = {setting: parsed(text, setting) for setting, text in entry.space.items()}
    began = time.perf_counter()
    study = tune(
        data, runs=folder / "runs", quiet=True, trials=trials, scheduler="none", final=False, **settings, **ranges
    )
    seconds = time.perf_counter() - began
    write(_race(entry, epochs, data, settings, study), folder / "race.npz")
    accuracies = [max(one.metrics, default=float("nan")) for one in study.trials]
    sys.stdout.write(json.dumps({"seconds": seconds, "accuracies": accuracies}) + "\n")


def in_order(entry: Entry, inputs: NDArray[Any]) -> NDArray[Any]:
    """Return inputs (B, F) as sequences (B, T, 1) where the network reads in order: one scale for all their steps."""
    return inputs if entry.kind == "mlp" else inputs[:, :, None]


def settings_of(entry: Entry, epochs: int) -> dict[str, Any]:
    """Return what every trial of a race has in common."""
    network = dict(NETWORKS[entry.kind])
    if "spec" in network:
        network["spec"] = to_spec(model_of(network["spec"]))
        return {**{key: one for key, one in FIXED.items() if key != "batch_norm"}, **network, "epochs": epochs,
                "batch_size": entry.batch_size}  # fmt: skip
    return {**FIXED, **network, "epochs": epochs, "batch_size": entry.batch_size}


def _race(entry: Entry, epochs: int, data: Any, settings: dict[str, Any], study: Study) -> Race:
    """Return the race with the very rows and numbers that the networks were given."""
    known = from_keywords(settings, "the race")
    dataset = load(data, known.data)
    splits = encode_splits(dataset, fitted_encoding(dataset, known))
    train, validation = (
        Rows(np.asarray(part.inputs, np.float32).reshape(len(part), -1), np.asarray(part.targets, np.int64))
        for part in (splits.train, splits.validation)
    )
    return Race(
        entry.kind, epochs, entry.batch_size, train, validation, tuple(dict(one.settings) for one in study.trials)
    )


if __name__ == "__main__":
    main()
