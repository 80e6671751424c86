"""The classes of the examples, whichever way they are written."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.problem import problem

_RARE = 20  # examples of other classes than the commonest: fewer say nothing


def labels(bench: Bench) -> Mapping[str, NDArray[np.int64]]:
    """Probe: the class of each example (N,) by split, the ignored label as it is; none where the task has no classes.

    Targets as one-hot rows become the place of the largest. Splits whose targets are not one per example are left out.
    """
    if not bench.probe(problem).of_classes:
        return {}
    found = {}
    for name, split in bench.pipeline.splits.items():
        if split.targets is None:
            continue
        values = as_numpy(split.targets)
        if values.ndim > 1 and values.shape[-1] == 1:
            values = values[..., 0]
        if values.ndim == 2 and not np.issubdtype(values.dtype, np.integer):
            values = values.argmax(axis=1)
        if values.ndim == 1 and np.all(np.isfinite(values)):
            found[name] = values.astype(np.int64)
    return found


def tags(bench: Bench) -> Mapping[str, NDArray[np.float64]]:
    """Probe: the labels (N, K) of each example by split, in a multi-label task; none in any other."""
    if bench.probe(problem).task is not Task.MULTI_LABEL:
        return {}
    values = {name: as_numpy(one.targets) for name, one in bench.pipeline.splits.items() if one.targets is not None}
    return {name: one.astype(np.float64) for name, one in values.items() if one.ndim == 2}


def of_one_class(bench: Bench, name: str) -> bool:
    """Probe: whether hardly any example of a split is of another class than the commonest, so that it says nothing."""
    known = bench.probe(labels).get(name)
    return known is not None and bool(len(known) - np.unique(known, return_counts=True)[1].max() < _RARE)
