"""Optuna's Hyperband and PyTorch on their way to the mark: python -m ... FOLDER SEED MARK LIMIT."""

import json
import sys
import time
import warnings

import optuna

from benchmarks.search.by_torch import epochs
from benchmarks.search.reaching import rows


def main() -> None:
    """Search until a trial has reached the mark, or the time is over, and print it."""
    seed, mark, limit = int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
    race = rows()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.simplefilter("ignore")
    best = 0.0
    began = time.perf_counter()

    def objective(trial: optuna.Trial) -> float:
        nonlocal best
        settings = {
            "learning_rate": trial.suggest_float("learning_rate", 1e-4, 0.03, log=True),
            "weight_decay": trial.suggest_float("weight_decay", 1e-5, 0.1, log=True),
            "momentum": 1.0 - trial.suggest_float("one minus momentum", 0.01, 0.2, log=True),
        }
        own = 0.0
        for epoch, accuracy in enumerate(epochs(race, settings, 1000 * seed + trial.number), 1):
            own, best = max(own, accuracy), max(best, accuracy)
            if best >= mark or time.perf_counter() - began > limit:
                trial.study.stop()
                return own
            trial.report(accuracy, epoch)
            if trial.should_prune():
                raise optuna.TrialPruned
        return own

    study = optuna.create_study(
        direction="maximize",
        sampler=optuna.samplers.TPESampler(seed=seed),
        pruner=optuna.pruners.HyperbandPruner(1, race.epochs, 3),
    )
    study.optimize(objective)
    seconds = time.perf_counter() - began
    sys.stdout.write(json.dumps({"seconds": seconds, "best": best, "trials": len(study.trials)}) + "\n")


if __name__ == "__main__":
    main()
