"""A training as the pipeline that a person would hand to the linter: every piece that there is."""

from functools import partial
from typing import Any

import jax
import numpy as np

from benchmarks.faultbench.training import (
    State,
    Training,
    batches_of,
    outputs_of,
    reported,
    start,
    step_of,
)
from piste.lint.pipeline import Pipeline


def pipeline(training: Training, end: State | None = None, watched: Any = None) -> Pipeline:
    """Return everything of `training`; with `end`, what there is after it as well."""
    given: dict[str, Any] = {
        "name": training.name,
        "train": training.train,
        "validation": training.validation,
        "test": training.test,
        "task": training.task,
        "classes": training.classes,
        "loss": training.loss,
        "metric": training.metric,
        "higher_is_better": training.higher_is_better,
        "batch_size": training.batch_size,
        "steps": training.steps,
        "schedule": training.schedule,
        "declared": training.declared,
        "seed": training.seed,
        "optimiser": training.optimiser,
        "stream": partial(batches_of, training),
        "accumulate": None if training.accumulate is None else partial(training.accumulate, training),
        "augment": training.augment,
        "stop": training.stop,
        "watched": watched,
    }
    given |= _network(training)
    if training.own_step:
        given |= _loop(training)
    if end is not None and training.own_step:
        given |= {"trained": end, "reported": reported(training, end), "predict": partial(outputs_of, training)}
    return Pipeline(**given)


def _network(training: Training) -> dict[str, Any]:
    forward = training.forward
    params, stats = training.init(training.seed)
    modes: dict[str, Any]
    if not jax.tree.leaves(stats):
        modes = {
            "init": lambda seed: training.init(seed)[0],
            "parameters": params,
            "apply": lambda params, inputs: forward(params, stats, inputs, None)[0],
            "train_apply": lambda params, inputs, key: forward(params, stats, inputs, key)[0],
        }
    else:
        modes = {
            "init": training.init,
            "parameters": params,
            "state": stats,
            "apply": lambda params, stats, inputs: forward(params, stats, inputs, None)[0],
            "train_apply": forward,
        }
    return modes if training.two_modes else {name: one for name, one in modes.items() if name != "train_apply"}


def _loop(training: Training) -> dict[str, Any]:
    return {
        "start": partial(start, training),
        "step": step_of(training),
        "parameters_of": lambda state: state.params,
        "with_parameters": lambda state, params: state._replace(params=params),
        "evaluate": partial(reported, training),
        "save": training.save or _save,
        "restore": training.restore or _restore,
    }


def _save(state: State) -> Any:
    plain = state._replace(key=jax.random.key_data(state.key))
    return jax.tree.map(np.array, plain)


def _restore(saved: Any) -> State:
    return State(saved.params, saved.stats, saved.memory, jax.random.wrap_key_data(saved.key))
