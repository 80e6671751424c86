"""One command beside gradient-boosted trees that are tuned for as long, on the same rows, judged on the same test rows.

Piste: `piste tune DATA --search-minutes M`, everything else its own choice; what follows the search, the training of
the best settings and the report, is not in the M minutes, as is the last fit of the trees. Trees: scikit-learn's
histogram gradient boosting with early stopping on the validation rows, its settings drawn by Optuna's TPE for M
minutes, or as long as Piste's trials took to their end, the best of them by the validation loss. Both see the train
rows and choose by the validation rows; neither sees the test rows. The lead is paired, with the 95 % bootstrap
interval. With `--cpu` the minutes are those that the process computed, of all its threads together: other work on the
machine then takes nothing from either side.
"""

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

import piste
from piste.core.records import Task
from piste.data.dataset import load
from piste.data.settings import DataSettings
from piste.evaluate import Predictions, evaluation_record
from piste.evaluate.baselines import Ran
from piste.recipe.baseline_inputs import baseline_inputs
from piste.recipe.fitting import encode_splits
from piste.recipe.reference import test_predictions


@dataclass(frozen=True)
class Table:
    """A data set, the score by which it is judged, and how it is read."""

    data: str
    score: str
    settings: dict[str, Any] = field(default_factory=dict)


TABLES = {
    "digits": Table("digits", "accuracy"),
    "ionosphere": Table("tables/ionosphere.csv", "accuracy"),
    "adult": Table("tables/adult-train.csv", "ROC AUC", {"test": "tables/adult-test.csv"}),
    "diamonds": Table("tables/diamonds.csv", "RMSE", {"target": "price"}),
    "mnist1d": Table("mnist1d/mnist1d.npz", "accuracy"),
    "mnist1d-steps": Table("mnist1d/mnist1d.npz", "accuracy", {"sequence": "all"}),
}
CLOCKED = ("piste.tune.search", "piste.recipe.searching")  # the modules that say when the minutes are over


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the tables named, or all, and print the comparison; return the figures."""
    kind = "CPU minutes" if arguments.cpu else "minutes"
    say(f"{arguments.minutes:g} {kind} for each side\n")
    say(f"| data | score | Piste [95 %] | trials | {kind} | trees [95 %] | their trials | lead [95 %] | Piste is |")
    say("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    figures: dict[str, Any] = {}
    clock = time.process_time if arguments.cpu else time.monotonic
    with ExitStack() as patches:
        for module in CLOCKED:
            patches.enter_context(patch(f"{module}.time", SimpleNamespace(monotonic=clock, sleep=time.sleep)))
        for name in arguments.data or TABLES:
            figures[name] = _table(TABLES[name], 60.0 * arguments.minutes, name, clock)
    held = sum(one["verdict"] != "worse" for one in figures.values())
    say(f"\nAt least level on {held} of {len(figures)}.")
    return {**figures, "reached": held >= math.ceil(0.75 * len(figures))}


def _table(table: Table, seconds: float, name: str, clock: Callable[[], float]) -> dict[str, Any]:
    place = Path(os.environ.get("PISTE_DATA", "."))
    data = str(place / table.data) if "/" in table.data else table.data
    settings = {key: str(place / value) if "/" in str(value) else value for key, value in table.settings.items()}
    with tempfile.TemporaryDirectory() as folder:
        study = piste.tune(data, runs=folder, quiet=True, trials=100_000, search_minutes=seconds / 60.0, **settings)
        network = study.run.network
        ours = test_predictions(study.run.folder, network.encoding)
        trials = len([one for one in study.trials if one.score is not None])
        inputs, validation, truth = _encoded(data, settings, network)
        taken = max(study.record.seconds, seconds)  # trials that were under way are trained to their end
        outputs, tried = _trees(inputs, validation, truth, ours, network.encoding, taken, clock)
    judged = evaluation_record(
        ours, [Ran("trees", "tuned trees", outputs, taken)], {}, np.arange(ours.rows), lambda _: ({}, ""), 0,
        main=table.score,
    )  # fmt: skip
    beside = judged.baselines[0]
    mine, theirs = (next(s for s in scores if s.name == table.score) for scores in (judged.scores, beside.scores))
    ends = [f"{one.value:.4f} [{one.low:.4f}, {one.high:.4f}]" for one in (mine, theirs)]
    lead = f"{beside.difference:+.4f} [{beside.low:+.4f}, {beside.high:+.4f}]"
    counts = f"{ends[0]} | {trials} | {taken / 60:.1f} | {ends[1]} | {tried}"
    say(f"| {name} | {table.score} | {counts} | {lead} | {beside.verdict} |")
    return {"piste": mine.value, "trees": theirs.value, "difference": beside.difference, "low": beside.low,
            "high": beside.high, "verdict": beside.verdict, "trials": trials, "their_trials": tried,
            "seconds": taken}  # fmt: skip


def _encoded(data: str, settings: dict[str, Any], network: Any) -> Any:
    """Return the train and test rows as the baselines take them, the validation rows, and the truth of all."""
    dataset = load(data, DataSettings(**settings))
    splits = encode_splits(dataset, network.encoding)
    train, test = baseline_inputs(dataset, splits, network.encoding)
    swapped = type(dataset)(**{**vars(dataset), "rows": {**dataset.rows, "test": dataset.rows["validation"]}})
    _, validation = baseline_inputs(swapped, encode_splits(swapped, network.encoding), network.encoding)
    return (_flat(train), _flat(test)), _flat(validation), splits.truth


def _flat(rows: Any) -> Any:
    return rows.reshape(len(rows), -1)


def _trees(
    inputs: tuple[Any, Any],
    validation: Any,
    truth: Any,
    ours: Predictions,
    encoding: Any,
    seconds: float,
    clock: Callable[[], float],
) -> tuple[NDArray[np.float64], int]:
    """Return the outputs of the best tuned trees for the test rows, and how many settings were tried."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    regression = ours.task is Task.REGRESSION
    kind = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    targets = {name: np.asarray(truth[name]).reshape(len(truth[name]), -1)[:, 0] for name in ("train", "validation")}
    best: dict[str, Any] = {"loss": math.inf}

    def objective(trial: Any) -> float:
        model = kind(
            learning_rate=trial.suggest_float("learning_rate", 0.01, 0.5, log=True),
            max_leaf_nodes=trial.suggest_int("max_leaf_nodes", 4, 128, log=True),
            min_samples_leaf=trial.suggest_int("min_samples_leaf", 2, 100, log=True),
            l2_regularization=trial.suggest_float("l2_regularization", 1e-6, 100.0, log=True),
            max_features=trial.suggest_float("max_features", 0.3, 1.0),
            max_bins=trial.suggest_int("max_bins", 32, 255, log=True),
            max_iter=1000, early_stopping=True, n_iter_no_change=15, random_state=0,
        )  # fmt: skip
        model.fit(inputs[0], targets["train"], X_val=validation, y_val=targets["validation"])
        loss = _loss(model, validation, targets["validation"], regression)
        if loss < best["loss"]:
            best.update(loss=loss, model=model)
        return loss

    study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=0))
    began = clock()
    while clock() - began < seconds:
        study.optimize(objective, n_trials=1)
    return _outputs(best["model"], inputs[1], len(encoding.classes), regression), len(study.trials)


def _loss(model: Any, rows: Any, truth: NDArray[Any], regression: bool) -> float:
    if regression:
        return float(np.mean((model.predict(rows) - truth) ** 2))
    given = model.predict_proba(rows)[np.arange(len(truth)), np.searchsorted(model.classes_, truth)]
    return float(-np.mean(np.log(np.clip(given, 1e-12, 1.0))))


def _outputs(model: Any, rows: Any, classes: int, regression: bool) -> NDArray[np.float64]:
    if regression:
        return np.asarray(model.predict(rows), np.float64)[:, None]
    found = np.zeros((len(rows), classes))
    found[:, model.classes_] = model.predict_proba(rows)
    return found


def say(line: str) -> None:
    """Print one line at once, since a table takes twice the minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
