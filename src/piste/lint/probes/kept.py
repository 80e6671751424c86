"""What a trained network's parameters cost on validation, by the pipeline's own loss."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.lint.arrays import as_numpy, is_torch, tensor
from piste.lint.bench import Bench
from piste.lint.network import compiled
from piste.lint.probes.judged import Outputs, asked, by_itself, handed_out
from piste.lint.rule import NotRun


def kept_losses(bench: Bench) -> NDArray[np.float64]:
    """Probe: the loss of each validation example (N,), or of each of up to 20 parts where the loss is a mean."""
    pipeline = bench.pipeline
    split = bench.probe(asked, "validation")
    outputs, targets = bench.probe(_outputs), as_numpy(split.targets)
    every = _of(bench, outputs, targets)
    if every.shape[:1] == (len(targets),) and every.ndim:
        each = every.reshape(len(targets), -1).mean(axis=1).astype(np.float64)
        if split.weights is None:
            return each
        weights = as_numpy(split.weights).astype(np.float64)
        return np.asarray(each * weights / weights.mean())
    if pipeline.declared.summed:
        raise NotRun("The loss is a sum, which depends on the size of the batches.")
    parts = np.array_split(np.arange(len(targets)), min(20, len(targets)))
    means = [float(_of(bench, outputs[part], targets[part]).mean()) for part in parts]
    # So that their standard deviation over the root of their number is the standard error of the mean.
    return np.asarray(means, np.float64)


def _outputs(bench: Bench) -> Outputs:
    if bench.pipeline.outputs is not None:
        return bench.probe(handed_out, "validation")
    try:
        return bench.probe(by_itself, "validation")
    except NotRun:
        return bench.probe(handed_out, "validation")


def _of(bench: Bench, outputs: Outputs, targets: Outputs) -> NDArray[np.float64]:
    loss = bench.pipeline.loss
    if loss is None:
        raise NotRun("To run it, give loss=, a function (outputs, targets).")
    if is_torch(loss) or is_torch(bench.pipeline.model):
        return as_numpy(loss(tensor(outputs), tensor(targets)))
    # One program where JAX can trace it, instead of one for each operation.
    return as_numpy(bench.probe(_compiled)(outputs, targets))


def _compiled(bench: Bench) -> Callable[..., Any]:
    loss = bench.pipeline.loss
    return compiled(lambda outputs, targets: None if loss is None else loss(outputs, targets))
