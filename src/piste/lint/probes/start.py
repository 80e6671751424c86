"""Probe PR3: the loss before the first step, beside that of answers which do not look at the inputs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.criterion import loss_criterion
from piste.lint.network import network, sample
from piste.lint.problem import SAMPLE, Problem, problem, sample_outputs
from piste.lint.rule import NotRun

Arrays = NDArray[Any]


@dataclass(frozen=True)
class Start:
    """Losses on the same examples: of the untrained network, of outputs all zero, of the best constant outputs.

    `spread` is the standard deviation of the outputs; `fresh` says that the parameters are known to be untrained.
    """

    network: float
    zero: float
    constant: float
    spread: float
    fresh: bool


def start(bench: Bench) -> Start:
    """Probe: the losses to begin with, in evaluation mode, on a sample of the first split."""
    one, net, criterion = bench.probe(problem), bench.probe(network), bench.probe(loss_criterion)
    _, targets = bench.probe(sample, SAMPLE, next(iter(bench.pipeline.splits)))
    if targets is None or one.probabilities:
        raise NotRun("The loss to begin with is known for networks that give logits or numbers.")
    outputs = bench.probe(sample_outputs)
    constant = np.broadcast_to(best_constant(one, outputs, targets), outputs.shape).astype(np.float32)
    return Start(
        criterion.of(outputs, targets),
        criterion.of(np.zeros_like(outputs), targets),
        criterion.of(constant, targets),
        _spread(one, outputs),
        net.init is not None,
    )


def _spread(one: Problem, outputs: Arrays) -> float:
    centred = outputs.astype(np.float64)
    if one.of_classes and not one.single:
        centred = centred - centred.mean(axis=-1, keepdims=True)
    return float(centred.std())


def best_constant(one: Problem, outputs: Arrays, targets: Arrays) -> Arrays:
    """Return the outputs of least cross-entropy, or squared error, that are the same for every example."""
    if one.task is Task.REGRESSION:
        if outputs.size // len(outputs) != targets.size // len(targets):
            raise NotRun("Outputs and targets have different shapes.")
        return targets.mean(axis=0).reshape(outputs.shape[1:])
    if one.single or one.task is Task.MULTI_LABEL:
        share = (targets.sum(axis=0) + 1.0) / (len(targets) + 2.0)
        return np.log(share / (1.0 - share)).reshape(outputs.shape[1:])
    known = targets if np.issubdtype(targets.dtype, np.integer) else targets.argmax(axis=-1)
    counts = np.bincount(np.maximum(known, 0).ravel(), minlength=outputs.shape[-1])[: outputs.shape[-1]] + 1.0
    return np.log(counts / counts.sum())
