"""The trials of a race by Ray Tune: each is an actor of its own in which PyTorch trains, two at a time."""

import logging
import os
import tempfile
import time
from typing import Any

import ray
from ray import tune

from benchmarks.search.by_torch import trained
from benchmarks.search.trial import Outcome, Race

AT_ONCE = 2


def by_raytune(race: Race) -> Outcome:
    """Return what Ray Tune needed for the trials; starting Ray itself is not counted."""
    os.environ["RAY_AIR_NEW_OUTPUT"] = "0"
    ray.init(num_cpus=AT_ONCE, logging_level=logging.ERROR, log_to_driver=False, include_dashboard=False)
    held = ray.put(race)

    def trainable(config: dict[str, Any]) -> dict[str, float]:
        own: Race = ray.get(held)
        return {"accuracy": trained(own, own.trials[config["trial"]])}

    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        tuner = tune.Tuner(
            tune.with_resources(trainable, {"cpu": 1}),
            param_space={"trial": tune.grid_search(list(range(len(race.trials))))},
            run_config=tune.RunConfig(verbose=0, storage_path=folder),
        )
        results: Any = tuner.fit()
        seconds = time.perf_counter() - began
    by_number = {one.config["trial"]: float(one.metrics["accuracy"]) for one in results}
    ray.shutdown()
    return Outcome(seconds, tuple(by_number[number] for number in range(len(race.trials))))
