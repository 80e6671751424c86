"""What is predicted and in which shapes, as far as the pieces tell: declared, or read off targets and outputs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.lint.arrays import as_numpy
from piste.lint.bench import Bench
from piste.lint.needs import has
from piste.lint.network import network, sample
from piste.lint.rule import NotRun

_CLASSES = 10  # where nothing says how many there are
_KNOWN = 10_000  # targets that are looked at
SAMPLE = 512  # examples whose outputs are looked at


@dataclass(frozen=True)
class Problem:
    """The task, its K classes or outputs, and how one example's outputs and target are laid out.

    `outputs` and `targets` are shapes without the batch axis; None where no piece tells. `whole` says that targets are
    whole numbers, classes rather than one-hot. `probabilities` says that the network applies softmax or sigmoid itself.
    """

    task: Task
    width: int
    outputs: tuple[int, ...] | None = None
    targets: tuple[int, ...] | None = None
    whole: bool = True
    probabilities: bool = False

    @property
    def of_classes(self) -> bool:
        """Whether one class out of several is predicted."""
        return self.task in (Task.TWO_CLASS, Task.MANY_CLASS)

    @property
    def single(self) -> bool:
        """Whether two classes are told apart by one output."""
        return self.task is Task.TWO_CLASS and self.outputs in ((), (1,))


def problem(bench: Bench) -> Problem:
    """Probe: the pipeline's problem."""
    pipeline = bench.pipeline
    outputs = bench.probe(output_shape) if has(pipeline, "network") and pipeline.splits else None
    targets = _targets(bench)
    task = Task(pipeline.task) if pipeline.task else (None if targets is None else _task(targets, outputs))
    if task is None:
        raise NotRun("To run it, declare the task: task='two-class', 'many-class', 'multi-label' or 'regression'.")
    width = _width(task, pipeline.classes, targets, outputs)
    shares = task is not Task.REGRESSION and outputs is not None and bench.probe(gives_probabilities)
    if targets is None:
        return Problem(task, width, outputs, None, task in (Task.TWO_CLASS, Task.MANY_CLASS), shares)
    whole = bool(np.issubdtype(targets.dtype, np.integer))
    return Problem(task, width, outputs, targets.shape[1:], whole, shares)


def gives_probabilities(bench: Bench) -> bool:
    """Probe: whether all outputs lie in [0, 1], and where there are several (of one class each) sum to 1."""
    outputs = bench.probe(sample_outputs).astype(np.float64)
    inside = bool(np.all((outputs >= 0) & (outputs <= 1)) and np.ptp(outputs) > 0)
    if outputs.ndim < 2 or outputs.shape[-1] == 1:
        return inside
    return inside and bool(np.allclose(outputs.sum(axis=-1), 1.0, atol=1e-3))


def sample_outputs(bench: Bench) -> NDArray[Any]:
    """Probe: the outputs of `SAMPLE` examples of the first split, in evaluation mode."""
    return bench.probe(network).outputs(bench.probe(sample, SAMPLE, next(iter(bench.pipeline.splits)))[0])


def output_shape(bench: Bench) -> tuple[int, ...]:
    """Probe: the shape of one example's outputs."""
    return bench.probe(sample_outputs).shape[1:]


def _targets(bench: Bench) -> NDArray[Any] | None:
    for split in bench.pipeline.splits.values():
        if split.targets is not None:
            values = as_numpy(split.targets[:_KNOWN])
            return values.astype(np.int64) if values.dtype == bool else values
    return None


def _task(targets: NDArray[Any], outputs: tuple[int, ...] | None) -> Task:
    whole = np.issubdtype(targets.dtype, np.integer)
    several = targets.ndim > 1 and targets.shape[-1] > 1
    if whole and outputs is not None and outputs[-1:] in ((), (1,)) and targets.max(initial=0) > 1:
        return Task.REGRESSION
    if set(np.unique(targets)) <= {0, 1} and (several or whole or outputs in ((), (1,))):
        if not several:
            return Task.TWO_CLASS
        return Task.MANY_CLASS if np.all(targets.sum(axis=-1) == 1) and not whole else Task.MULTI_LABEL
    return Task.MANY_CLASS if whole else Task.REGRESSION


def _width(task: Task, classes: int | None, targets: NDArray[Any] | None, outputs: tuple[int, ...] | None) -> int:
    if task is Task.TWO_CLASS:
        return 2
    known = outputs[-1] if outputs else None
    if task is Task.MANY_CLASS:
        if targets is not None and not np.issubdtype(targets.dtype, np.integer):
            return targets.shape[-1]
        return classes or known or (int(targets.max()) + 1 if targets is not None else _CLASSES)
    if targets is not None:
        return targets.shape[-1] if targets.ndim > 1 else 1
    return known or classes or 1
