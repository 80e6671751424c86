"""Takes plain Adam, at the best of a few rates."""

import dataclasses
from typing import Any

import jax
import numpy as np
import optax

from piste.core.findings import Finding
from piste.lint.arrays import path_of
from piste.lint.bench import Bench
from piste.lint.network import network
from piste.lint.pipeline import Pipeline
from piste.lint.probes.forks import STEPS, Course, run
from piste.lint.remedies.composed import without_own_step
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed
from piste.lint.tree import matches

_RATES = (3e-2, 1e-2, 3e-3, 1e-3, 3e-4)
_RUNS = 3  # as long as a fork, so that a low rate is not punished for being slow at first
_LOOKED_AT = 1000  # steps of a schedule


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline with Adam for all parameters but those declared frozen, at the rate that learns most.

    The rate is asked of 192 steps on the same batches; it falls and rises as the declared schedule does. A step of the
    person's own has its update inside, and is put together anew.
    """
    pipeline = bench.pipeline
    if pipeline.loss is None or not bench.probe(network).traceable:
        raise NotFixed(f"It takes a network and a loss in JAX to find a rate. By hand: {finding.fix}.")
    rate = _best(bench, pipeline)
    highest = _highest(pipeline)
    schedule = pipeline.schedule

    def scheduled(step: Any) -> Any:
        return rate * schedule(step) / highest if schedule is not None else rate

    optimiser = _but_frozen(pipeline, optax.adam(rate if schedule is None else scheduled))
    again = dataclasses.replace(
        pipeline, optimiser=optimiser, schedule=None if schedule is None else scheduled, accumulate=None
    )
    return Mended(changed(without_own_step(again)), f"the optimiser is Adam at a rate of {rate:g}")


def _best(bench: Bench, pipeline: Pipeline) -> float:
    plain = dataclasses.replace(pipeline, optimiser=optax.adam(_RATES[0]), step=None, start=None, schedule=None)
    twin = Bench(plain, bench.deadline)
    courses = [Course(rate / _RATES[0], steps=_RUNS * STEPS) for rate in _RATES]
    late = [np.nan_to_num(twin.probe(run, one).losses[-STEPS:], nan=np.inf).mean() for one in courses]
    return _RATES[int(np.argmin(late))]


def _highest(pipeline: Pipeline) -> float:
    schedule = pipeline.schedule
    if schedule is None:
        return 1.0
    steps = pipeline.steps or _LOOKED_AT
    highest = max(float(schedule(step)) for step in range(0, steps, max(steps // _LOOKED_AT, 1)))
    if not highest > 0:
        raise NotFixed("The schedule is never above 0.")
    return highest


def _but_frozen(pipeline: Pipeline, adam: Any) -> Any:
    frozen = pipeline.declared.frozen
    if not frozen:
        return adam

    def named(parameters: Any) -> Any:
        return jax.tree_util.tree_map_with_path(
            lambda path, _: "frozen" if matches(path_of(path), frozen) else "trained", parameters
        )

    return optax.multi_transform({"trained": adam, "frozen": optax.set_to_zero()}, named)


REMEDY = Remedy("usual-optimiser", "Takes Adam at the best of a few rates", mend)
