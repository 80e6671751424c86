"""A race by the peers: each trains the trials it is given, and says how long all took and how good each was."""

import json
import sys
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.search.trial import Outcome, Race, read


def main() -> None:
    """Run the peer that the command line names on the race in the file; print nothing where it is not installed."""
    name, race = sys.argv[1], read(Path(sys.argv[2]))
    needed, by = BY[name]
    if all(find_spec(package) for package in needed):
        outcome = by(race)
        sys.stdout.write(json.dumps({"seconds": outcome.seconds, "accuracies": outcome.accuracies}) + "\n")


def by_sklearn(race: Race) -> Outcome:
    """scikit-learn's random search over its own network, on the same split; it has no dropout, and draws its own."""
    from scipy.stats import loguniform
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import PredefinedSplit, RandomizedSearchCV
    from sklearn.neural_network import MLPClassifier

    warnings.simplefilter("ignore", ConvergenceWarning)
    inputs = np.concatenate([race.train.inputs, race.validation.inputs])
    classes = np.concatenate([race.train.classes, race.validation.classes])
    fold = np.where(np.arange(len(inputs)) < len(race.train.inputs), -1, 0)
    network = MLPClassifier(
        batch_size=race.batch_size, max_iter=race.epochs, n_iter_no_change=race.epochs + 1, tol=0.0, random_state=0
    )
    space = {
        "learning_rate_init": loguniform(1e-4, 0.03),
        "alpha": loguniform(1e-5, 0.1),
        "hidden_layer_sizes": [(width, width) for width in np.unique(np.geomspace(16, 256, 40).round().astype(int))],
    }
    search = RandomizedSearchCV(
        network, space, n_iter=len(race.trials), cv=PredefinedSplit(fold), refit=False, n_jobs=2, random_state=0
    )
    began = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search.fit(inputs, classes)
    seconds = time.perf_counter() - began
    return Outcome(seconds, tuple(map(float, search.cv_results_["mean_test_score"])))


def by_optuna(race: Race, processes: int = 1) -> Outcome:
    """Optuna asks for each trial in turn, PyTorch trains it; with two processes each has its share of the trials."""
    if processes == 1:
        _ready()
        began = time.perf_counter()
        found = _optimised(race)
    else:
        from joblib import Parallel, delayed

        workers = Parallel(n_jobs=processes)
        workers(delayed(_ready)() for _ in range(processes))
        began = time.perf_counter()
        parts = workers(delayed(_optimised)(_share(race, part, processes)) for part in range(processes))
        found = [0.0] * len(race.trials)
        for part, accuracies in enumerate(parts):
            found[part::processes] = accuracies
    return Outcome(time.perf_counter() - began, tuple(found))


def _ready() -> None:
    """Import what a trial needs, which is not counted."""
    import optuna  # noqa: F401

    import benchmarks.search.by_torch  # noqa: F401

    time.sleep(1.0)  # so that every worker is given one of these calls


def _share(race: Race, part: int, parts: int) -> Race:
    return Race(race.kind, race.epochs, race.batch_size, race.train, race.validation, race.trials[part::parts])


def _optimised(race: Race) -> list[float]:
    import optuna

    from benchmarks.search.by_torch import trained

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.RandomSampler(seed=0))
    distributions = _distributions(race)
    for values in race.trials:
        study.enqueue_trial(dict(values))

    def objective(trial: Any) -> float:
        values = {name: ask(trial) for name, ask in distributions.items()}
        return trained(race, values)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        study.optimize(objective, n_trials=len(race.trials))
    return [float("nan") if one.value is None else one.value for one in study.trials]


def _distributions(race: Race) -> dict[str, Callable[[Any], Any]]:
    floats = {"learning_rate": (1e-5, 1.0), "weight_decay": (1e-6, 1.0), "momentum": (0.5, 0.999)}
    asked: dict[str, Callable[[Any], Any]] = {
        name: partial(_float, name, low, high) for name, (low, high) in floats.items() if name in race.trials[0]
    }
    if "dropout" in race.trials[0]:
        asked["dropout"] = lambda trial: trial.suggest_float("dropout", 0.0, 0.9)
    if "width" in race.trials[0]:
        asked["width"] = lambda trial: trial.suggest_int("width", 1, 1024, log=True)
    return asked


def _float(name: str, low: float, high: float, trial: Any) -> float:
    return float(trial.suggest_float(name, low, high, log=True))


def by_ray(race: Race) -> Outcome:
    """Ray Tune and PyTorch."""
    from benchmarks.search.by_raytune import by_raytune

    return by_raytune(race)


def by_kerastuner(race: Race) -> Outcome:
    """KerasTuner and Keras."""
    from benchmarks.search.by_kerastuner import by_kerastuner

    return by_kerastuner(race)


BY: dict[str, tuple[tuple[str, ...], Callable[[Race], Outcome]]] = {
    "scikit-learn": (("sklearn",), by_sklearn),
    "optuna": (("optuna", "torch"), by_optuna),
    "optuna-2": (("optuna", "torch", "joblib"), partial(by_optuna, processes=2)),
    "ray": (("ray", "pydantic", "tensorboardX", "torch"), by_ray),
    "kerastuner": (("keras_tuner", "keras"), by_kerastuner),
}

if __name__ == "__main__":
    main()
