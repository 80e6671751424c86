"""How good are the defaults? Piste on real data beside scikit-learn's networks, on the same splits.

    python benchmarks/quality.py [NAME ...] [--seeds 0,1,2] [--keep FOLDER]

Every case trains Piste with nothing set but what the data need, and scikit-learn's MLPClassifier or MLPRegressor on
the same rows, encoded and standardised. The predictions of all seeds (or folds) of a case are pooled; the score's
interval is a bootstrap over them, the comparison a paired bootstrap. `--keep` writes the predictions of every seed to
a folder, from where the next run takes them, so that a long case can be trained in pieces. The folder that PISTE_DATA
names holds the tables and MNIST.
"""

import argparse
import dataclasses
import json
import os
import resource
import sys
import time
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import StratifiedKFold
from sklearn.neural_network import MLPClassifier, MLPRegressor

from piste.core.keys import seed_of
from piste.core.records import Task
from piste.core.settings import from_mapping
from piste.core.versions import versions
from piste.data.dataset import load
from piste.data.encoding import Encoding, fit_encoding
from piste.data.examples import DataSet
from piste.data.settings import DataSettings
from piste.evaluate import Predictions, Ran, compare, evaluate
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.fitting import encode_splits, fit_network
from piste.recipe.settings import ModelSettings, Settings
from piste.recipe.versions import PACKAGES
from piste.train.compiler import configure_jax
from piste.train.settings import TrainingSettings

PEER_ITERATIONS = 300
LARGE = 5_000  # train rows from which the peer always stops early: to its end it would take an hour


@dataclass(frozen=True)
class Case:
    """One data set with the score that Piste must reach (at least, or for an error at most)."""

    data: str
    score: str
    target: float | None = None  # None: no worse than the peer
    data_settings: dict[str, Any] = field(default_factory=dict)
    model: dict[str, Any] = field(default_factory=dict)
    seeds: int = 5
    folds: int = 0  # cross-validation instead of seeds


@dataclass(frozen=True)
class Round:
    """What both sides predict for the test rows of one seed or fold, and the seconds of each."""

    ours: Predictions
    theirs: Predictions
    seconds: tuple[float, float]


CASES = {
    "digits": Case("digits", "accuracy", 0.975),
    "breast-cancer": Case("breast-cancer", "accuracy", 0.965),
    "ionosphere": Case("tables/ionosphere.csv", "accuracy", 0.92, folds=10),
    "housing": Case("tables/housing.csv", "RMSE", data_settings={"target": "-1"}),
    "abalone": Case("tables/abalone.csv", "RMSE", data_settings={"target": "-1", "task": "regression"}),
    "diamonds": Case("tables/diamonds.csv", "R2", 0.975, {"target": "price"}),
    "adult": Case("tables/adult-train.csv", "ROC AUC", 0.908, {"test": "tables/adult-test.csv"}),
    "mnist-mlp": Case("mnist", "accuracy", 0.983, model={"model": "mlp"}),
    "mnist": Case("mnist", "accuracy", 0.992),
}


def main() -> int:
    """Run the cases named on the command line, or all; return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*CASES, []], metavar="NAME", help=", ".join(CASES))
    parser.add_argument("--seeds", help="seeds or folds to train, with commas between; all of a case's unless given")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="predictions are written to and taken from here")
    given = parser.parse_args()
    names = given.names or list(CASES)
    seeds = [int(seed) for seed in given.seeds.split(",")] if given.seeds else []
    configure_jax()
    warnings.simplefilter("ignore", ConvergenceWarning)
    say(" ".join(f"{name} {version}" for name, version in versions(PACKAGES).items()))
    say("")
    say("| case | score | target | Piste [95 %] | scikit-learn | Piste's lead [95 %] | seconds | their seconds |")
    say("| --- | --- | --- | --- | --- | --- | --- | --- |")
    reached = [run(name, CASES[name], seeds, given.keep) for name in names]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    say(f"\nPeak memory of the process, both sides together: {peak:.2f} GiB.")
    return 0 if all(reached) else 1


def run(name: str, case: Case, seeds: list[int], keep: Path | None) -> bool:
    """Print the line of one case, of all its seeds unless some are given; return whether it reaches what it must."""
    wanted = seeds or list(range(case.folds or case.seeds))
    rounds = [one_round(name, case, seed, keep) for seed in wanted]
    ours, theirs = [one.ours for one in rounds], [one.theirs for one in rounds]
    seconds = np.sum([one.seconds for one in rounds], axis=0)
    network, peer = pooled(ours), pooled(theirs)
    score = next(score for score in evaluate(network, 0) if score.name == case.score)
    (lead,) = compare(network, [Ran("peer", "scikit-learn's network", peer.outputs, seconds[1])], 0, main=case.score)
    value = next(score.value for score in lead.scores if score.name == case.score)
    repeats = f"{len(wanted)} {'fold' if case.folds else 'seed'}{'s' * (len(wanted) > 1)}"
    times = [f"{each / len(ours):.1f}" for each in seconds]
    gain = f"{lead.difference:+.4f} [{lead.low:+.4f}, {lead.high:+.4f}] {lead.verdict}"
    reached = lead.verdict != "worse"
    if case.target is not None:
        reached &= score.value >= case.target if score.higher_is_better else score.value <= case.target
    say(
        f"| {name} ({repeats}) | {case.score} | {case.target or 'the peer'} | {score.value:.4f} [{score.low:.4f}, "
        f"{score.high:.4f}] | {value:.4f} | {gain} | {times[0]} | {times[1]} |{'' if reached else ' MISSED'}"
    )
    return reached


def one_round(name: str, case: Case, seed: int, keep: Path | None) -> Round:
    """Return what both sides predict by one seed or on one fold, from the folder `keep` where it is there already."""
    kept = None if keep is None else keep / f"{name}-{seed}.npz"
    if kept is not None and kept.exists():
        return read(kept)
    settings = settings_of(case)
    dataset = dataset_of(case, settings, seed)
    start = time.perf_counter()
    ours = by_piste(dataset, seeded(settings, seed))
    middle = time.perf_counter()
    done = Round(ours, by_peer(dataset, seed), (middle - start, time.perf_counter() - middle))
    if kept is not None:
        write(kept, done)
    return done


def write(path: Path, done: Round) -> None:
    """Keep what both sides predicted."""
    ours = done.ours
    path.parent.mkdir(parents=True, exist_ok=True)
    words = {"task": str(ours.task), "classes": ours.classes, "names": ours.names, "seconds": done.seconds}
    arrays = {"truth": ours.truth, "ours": ours.outputs, "theirs": done.theirs.outputs}
    np.savez_compressed(path, words=np.array(json.dumps(words)), allow_pickle=False, **arrays)


def read(path: Path) -> Round:
    """Return what `write` kept."""
    with np.load(path, allow_pickle=False) as arrays:
        words = json.loads(str(arrays["words"]))
        task, classes, names = Task(words["task"]), tuple(words["classes"]), tuple(words["names"])
        ours, theirs = (Predictions(task, classes, arrays["truth"], arrays[side], names) for side in ("ours", "theirs"))
    return Round(ours, theirs, tuple(words["seconds"]))


def settings_of(case: Case) -> Settings:
    """Return the settings of a case, everything else left to be chosen."""
    values = {key: place(value) if key == "test" else value for key, value in case.data_settings.items()}
    return Settings(
        from_mapping(DataSettings, values, case.data),
        from_mapping(ModelSettings, case.model, case.data),
        TrainingSettings(),
    )


def seeded(settings: Settings, seed: int) -> Settings:
    """Return `settings` with another seed."""
    return dataclasses.replace(settings, data=dataclasses.replace(settings.data, seed=seed))


def place(data: str) -> str:
    """Return the path of a file in the folder of data sets, or a bundled name as it is."""
    return str(Path(os.environ.get("PISTE_DATA", ".")) / data) if "/" in data else data


def dataset_of(case: Case, settings: Settings, seed: int) -> DataSet:
    """Return the data set with the splits of a seed, or of a fold."""
    if not case.folds:
        return load(place(case.data), seeded(settings, seed).data)
    dataset = load(place(case.data), settings.data)
    rows = np.concatenate(list(dataset.rows.values()))
    labels = dataset.target.values[rows]
    folds = StratifiedKFold(case.folds, shuffle=True, random_state=0)
    rest, test = list(folds.split(rows, labels))[seed]
    held = StratifiedKFold(7, shuffle=True, random_state=0)
    inner, validation = next(iter(held.split(rest, labels[rest])))
    split = {"train": rows[rest[inner]], "validation": rows[rest[validation]], "test": rows[test]}
    return dataclasses.replace(dataset, rows={name: np.sort(part) for name, part in split.items()})


def by_piste(dataset: DataSet, settings: Settings) -> Predictions:
    """Return what Piste's defaults predict for the test split."""
    settings, _ = decide(settings, {}, Facts.of(dataset))
    encoding = fit_encoding(dataset, settings.model.bins or 0)
    splits = encode_splits(dataset, encoding)
    network, _ = fit_network(splits, encoding, settings)
    return network.judged(splits.test.inputs, splits.truth["test"])


def by_peer(dataset: DataSet, seed: int) -> Predictions:
    """Return what scikit-learn's network predicts, with early stopping or without, whichever does better.

    It learns from the train and validation rows together, since it holds back its own rows for early stopping.
    """
    encoding = fit_encoding(dataset, 0)
    splits = encode_splits(dataset, encoding)
    train, validation, test = (flat(part.inputs) for part in (splits.train, splits.validation, splits.test))
    targets = [np.asarray(part.targets).squeeze() for part in (splits.train, splits.validation)]
    stops = [True]
    if len(train) < LARGE:
        quality = {
            stop: peer(encoding, seed, stop).fit(train, targets[0]).score(validation, targets[1])
            for stop in (True, False)
        }
        stops = [max(quality, key=lambda stop: quality[stop])]
    model = peer(encoding, seed, stops[0]).fit(np.concatenate([train, validation]), np.concatenate(targets))
    if encoding.task is Task.REGRESSION:
        outputs = encoding.decode_regression(model.predict(test).reshape(len(test), -1))
    else:
        outputs = model.predict_proba(test).astype(np.float64)
    return Predictions(encoding.task, encoding.classes, splits.truth["test"], outputs, encoding.target_names)


def peer(encoding: Encoding, seed: int, stop: bool) -> Any:
    """Return the untrained peer."""
    kind = MLPRegressor if encoding.task is Task.REGRESSION else MLPClassifier
    state = seed_of(seed, "peer") % 2**31
    return kind(early_stopping=stop, validation_fraction=0.15, max_iter=PEER_ITERATIONS, random_state=state)


def flat(inputs: NDArray[Any]) -> NDArray[Any]:
    """Return one row per example, pictures scaled to 0..1 as is usual for this peer."""
    rows = np.asarray(inputs, np.float32).reshape(len(inputs), -1)
    return rows / 255 if inputs.dtype == np.uint8 else rows


def pooled(parts: list[Predictions]) -> Predictions:
    """Return the predictions of all seeds or folds as one set."""
    truth, outputs = (np.concatenate([getattr(part, name) for part in parts]) for name in ("truth", "outputs"))
    return dataclasses.replace(parts[0], truth=truth, outputs=outputs)


def say(line: str) -> None:
    """Print one line at once, since a case can take minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
