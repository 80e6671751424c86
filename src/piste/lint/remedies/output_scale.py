"""Puts the outputs on the scale of the targets."""

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np

from piste.core.findings import Finding
from piste.core.records import Task
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.problem import problem
from piste.lint.remedies.composed import without_own_step
from piste.lint.remedies.remedy import Mended, NotFixed, Remedy, changed


def mend(bench: Bench, finding: Finding) -> Mended:
    """Return the pipeline whose outputs are times the deviation of train's targets, plus their mean.

    The network then learns numbers of mean 0 and deviation 1, and is scored in the units of the targets.
    """
    pipeline, one = bench.pipeline, bench.probe(problem)
    apply, train_apply = pipeline.apply, pipeline.train_apply
    if one.task is not Task.REGRESSION or apply is None or pipeline.train is None:
        raise NotFixed(f"It takes numbers as targets and apply=. By hand: {finding.fix}.")
    targets = as_numpy(pipeline.train.targets).astype(np.float64)
    mean, deviation = (getattr(targets, what)(axis=0) for what in ("mean", "std"))
    if not np.all(deviation > 0):
        raise NotFixed("The targets of train are all the same.")
    scale, middle = jnp.asarray(deviation, jnp.float32), jnp.asarray(mean, jnp.float32)

    def scaled(outputs: Any) -> Any:
        rest = outputs[1:] if isinstance(outputs, tuple) else None
        values = (outputs[0] if rest is not None else outputs) * scale + middle
        return values if rest is None else (values, *rest)

    again = dataclasses.replace(
        pipeline,
        apply=lambda *arguments: scaled(apply(*arguments)),
        train_apply=None if train_apply is None else lambda *arguments: scaled(train_apply(*arguments)),
    )
    said = f"outputs are times {np.ravel(deviation)[0]:.3g}, plus {np.ravel(mean)[0]:.3g}, as the targets of train are"
    return Mended(changed(without_own_step(again)), said)


REMEDY = Remedy("output-scale", "Puts the outputs on the scale of the targets", mend)
