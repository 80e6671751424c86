"""The loss or metric of a pipeline as functions of NumPy arrays, and the layout that it takes."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax

from piste.core.records import Task
from piste.lint.arrays import as_numpy, is_torch, tensor
from piste.lint.bench import Bench
from piste.lint.network import compiled
from piste.lint.problem import Problem, problem
from piste.lint.rule import NotRun

Arrays = NDArray[Any]
_MOST = 64  # classes that the chosen answers go through


@dataclass(frozen=True)
class Layout:
    """How known answers are laid out for the loss: rows of scores (R, K) to outputs, their truth to targets.

    `outputs` and `targets` are the shapes of one example; an example of a sequence takes several rows. The truth of a
    row is its class (R,), or its labels or numbers (R, K). `shares` says that the network hands out probabilities:
    scores are logits all the same, and go through softmax or sigmoid first.
    """

    outputs: tuple[int, ...]
    targets: tuple[int, ...]
    width: int
    one_hot: bool = False
    floating: bool = False
    shares: bool = False

    @property
    def rows(self) -> int:
        """Rows that one example takes."""
        return max(int(np.prod(self.outputs, dtype=int)) // self.width, 1)

    def scores(self, rows: Arrays) -> NDArray[np.float32]:
        """Return outputs (B, ...) for rows (R, K)."""
        if self.shares:
            rows = softmax(rows, axis=1) if self.width > 1 else expit(rows)
        return rows.reshape(-1, *self.outputs).astype(np.float32)

    def truth(self, truth: Arrays) -> Arrays:
        """Return targets (B, ...) for classes (R,), or labels or numbers (R, K)."""
        if self.one_hot:
            truth = np.eye(self.width)[truth]
        shaped = truth.reshape(-1, *self.targets)
        return shaped.astype(np.float32 if self.floating or self.one_hot else np.int32)


@dataclass(frozen=True)
class Criterion:
    """A loss or metric that was given, called with NumPy arrays whichever library it is written for."""

    function: Callable[..., Any]
    layout: Layout
    torch: bool

    @cached_property
    def _value(self) -> Callable[..., Any]:
        if self.torch:
            return lambda outputs, targets: self.function(tensor(outputs), tensor(targets))
        return compiled(self.function)

    @cached_property
    def _slope(self) -> Callable[..., Any]:
        if self.torch:
            return self._torch_slope
        return compiled(jax.grad(lambda outputs, targets: jnp.mean(jnp.asarray(self.function(outputs, targets)))))

    def _torch_slope(self, outputs: Any, targets: Any) -> Any:
        leaf = tensor(outputs).requires_grad_()
        self.function(leaf, tensor(targets)).mean().backward()
        return leaf.grad

    def of(self, outputs: Arrays, targets: Arrays) -> float:
        """Return the mean of what it returns for outputs and targets in shapes of their own."""
        arrays = (outputs, targets) if self.torch else (jnp.asarray(outputs), jnp.asarray(targets))
        return float(np.mean(as_numpy(self._value(*arrays)), dtype=np.float64))

    def raw(self, rows: Arrays, truth: Arrays) -> Arrays:
        """Return what it returns, as it is."""
        return as_numpy(self._value(*self._laid_out(rows, truth)))

    def mean(self, rows: Arrays, truth: Arrays) -> float:
        """Return the mean of what it returns."""
        return float(np.mean(self.raw(rows, truth), dtype=np.float64))

    def gradient(self, rows: Arrays, truth: Arrays) -> Arrays:
        """Return the derivative of the mean by the scores (R, K)."""
        return as_numpy(self._slope(*self._laid_out(rows, truth))).reshape(rows.shape)

    def _laid_out(self, rows: Arrays, truth: Arrays) -> tuple[Any, Any]:
        outputs, targets = self.layout.scores(rows), self.layout.truth(truth)
        return (outputs, targets) if self.torch else (jnp.asarray(outputs), jnp.asarray(targets))


def loss_criterion(bench: Bench) -> Criterion:
    """Probe: the pipeline's loss, with the layout that it takes."""
    return criterion(bench.pipeline.loss, bench.probe(problem))


def metric_criterion(bench: Bench) -> Criterion:
    """Probe: the pipeline's metric, with the layout that it takes."""
    return criterion(bench.pipeline.metric, bench.probe(problem))


def criterion(function: Callable[..., Any] | None, task: Problem) -> Criterion:
    """Return `function` in the first layout that it takes; raises what it raises on the likeliest one otherwise."""
    if function is None:
        raise NotRun("To run it, give the function.")
    failure: Exception | None = None
    for plain in _layouts(task):
        layout = replace(plain, shares=task.probabilities)
        for torch in (True,) if is_torch(function) else (False, True) if _torch_is_loaded() else (False,):
            one = Criterion(function, layout, torch)
            try:
                value = one.raw(*_trial(task, layout))
            except Exception as error:
                failure = failure or error
                continue
            if value.size and (np.issubdtype(value.dtype, np.number) or value.dtype == bool):
                return one
    raise failure or NotRun("The function returns no numbers for any layout of outputs and targets.")


def _torch_is_loaded() -> bool:
    return "torch" in sys.modules


def _trial(task: Problem, layout: Layout) -> tuple[Arrays, Arrays]:
    truth, told = some_answers(task, layout)
    return told, truth


def _layouts(task: Problem) -> Iterator[Layout]:
    """Yield the layouts that fit the problem, the likeliest first: those that the pieces tell, else the usual ones."""
    width = task.width
    if task.of_classes:
        yield from _class_layouts(task)
        return
    outputs = task.outputs if task.outputs is not None else (width,)
    targets = task.targets if task.targets is not None else (width,)
    yield Layout(outputs, targets, width, floating=True)
    if task.task is Task.REGRESSION and width == 1 and task.targets is None:
        yield Layout((), (), 1, floating=True)


def _class_layouts(task: Problem) -> Iterator[Layout]:
    width = task.width
    if task.single or (task.task is Task.TWO_CLASS and task.outputs is None):
        single = [Layout(task.outputs or (), task.targets or (), 1, floating=floating) for floating in (True, False)]
        # A loss of one logit refuses two against flat classes; the other way round it would pair them silently.
        yield from single if task.single else [Layout((2,), (), 2), *single, Layout((2,), (2,), 2, one_hot=True)]
        return
    outputs = task.outputs if task.outputs is not None else (width,)
    if outputs[-1:] != (width,):
        raise NotRun(f"The network has outputs of shape {outputs} for {width} classes: see M101.")
    lead = outputs[:-1]
    whole = Layout(outputs, task.targets if task.targets is not None and task.whole else lead, width)
    hot = Layout(outputs, (*lead, width), width, one_hot=True)
    yield from (whole, hot) if task.whole else (hot, whole)


def some_answers(task: Problem, layout: Layout, times: int = 1) -> tuple[Arrays, Arrays]:
    """Return the truth of some examples, and scores that tell it: +1 for what is true, else -1 (numbers: the truth).

    There are as many examples as no other axis has, so that a wrong axis cannot fit by chance, and always equally
    many, `times` so many, so that little is compiled. The first and the last class are among them.
    """
    width = layout.width
    examples = max(min(task.width, _MOST) + 3, 11)  # an odd number tells two classes apart by their share
    rows = examples * times * layout.rows
    if task.task is Task.REGRESSION:
        numbers = np.linspace(-1.0, 1.0, rows * width).reshape(rows, width) ** 3 + 0.5
        return numbers, numbers
    if not task.of_classes:
        labels = (np.arange(rows * width).reshape(rows, width) % 2).astype(float)
        return labels, 2.0 * labels - 1.0
    stride = max((task.width - 1) // examples, 1)
    truth = (task.width - 1 - stride * np.arange(rows)) % task.width
    told = np.eye(width)[truth] if width == task.width else truth.reshape(rows, 1)
    return truth, 2.0 * told - 1.0
