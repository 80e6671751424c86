"""Runs the baselines of a task, one after the other."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from piste.core.records import Task
from piste.evaluate.baselines.constant import constant
from piste.evaluate.baselines.logistic import logistic
from piste.evaluate.baselines.neighbours import nearest
from piste.evaluate.baselines.problem import Answer, Problem, Refusal
from piste.evaluate.baselines.ridge import ridge
from piste.evaluate.baselines.trees import boosted_trees
from piste.evaluate.predictions import FloatArray


@dataclass(frozen=True)
class Ran:
    """A baseline that was run: its outputs for the test split, shaped as in `Predictions.outputs`."""

    name: str
    title: str
    outputs: FloatArray
    seconds: float
    note: str = ""


@dataclass(frozen=True)
class Baseline:
    """A baseline's name in records, its name for people, and how it is run."""

    name: str
    title: str
    run: Callable[[Problem], Answer | Refusal]


_NEAREST = Baseline("nearest", "nearest neighbours", nearest)
_LOGISTIC = Baseline("logistic", "logistic regression", logistic)
_TREES = Baseline("trees", "gradient-boosted trees", boosted_trees)
_ONE_CLASS = (Baseline("majority", "the most common class", constant), _NEAREST, _LOGISTIC, _TREES)

BASELINES: dict[Task, tuple[Baseline, ...]] = {
    Task.TWO_CLASS: _ONE_CLASS,
    Task.MANY_CLASS: _ONE_CLASS,
    Task.MULTI_LABEL: (Baseline("majority", "the labels' shares", constant), _NEAREST, _LOGISTIC, _TREES),
    Task.REGRESSION: (
        Baseline("mean", "the mean", constant),
        _NEAREST,
        Baseline("ridge", "ridge regression", ridge),
        _TREES,
    ),
}


def _silent(_: str) -> None:
    pass


def run_baselines(
    train: tuple[NDArray[Any], NDArray[Any]],
    test_inputs: NDArray[Any],
    task: Task,
    classes: Sequence[str],
    names: Sequence[str],
    seed: int,
    say: Callable[[str], object] = _silent,
    without: Collection[str] = (),
) -> tuple[list[Ran], dict[str, str]]:
    """Fit every baseline of the task on the train split and predict the test split.

    The work of each is settled from the sizes of the data before it starts, never by the clock, so the same data
    and seed give the same outputs on any day. Where the train split is too large for it, a baseline learns from a
    named draw of its rows, and its note says so. Its one setting is chosen on train rows held out.

    Parameters
    ----------
    train
        Encoded inputs as `Problem` has them, and targets: whole numbers (B,) that
        count in `classes`; 0 and 1 (B, K) for multi-label; float (B,) or (B, K) in own units for regression.
    test_inputs
        Encoded inputs of the test split.
    task, classes, names
        As in `Predictions`.
    seed
        Seed of the run.
    say
        Called with one line before each baseline is run.
    without
        Names of baselines to leave out.

    Returns
    -------
    ran, skipped
        What was run, the simplest first; and for the others, by their title, why they were not.
    """
    problem = _problem(train, test_inputs, task, classes, seed)
    ran, skipped = [], {}
    # One thread: where other work shares the cores, the waiting threads of scikit-learn's short parallel loops
    # spin, and trees were measured to take 50 s instead of 0.6 s. It also fixes the order of every sum.
    with threadpool_limits(limits=1):
        for baseline in (one for one in BASELINES[Task(task)] if one.name not in without):
            say(f"Baseline: {baseline.title}")
            started = time.perf_counter()
            answer = baseline.run(problem) if problem.has_inputs or baseline.run is constant else _NO_INPUTS
            seconds = time.perf_counter() - started
            if isinstance(answer, Refusal):
                skipped[baseline.title] = answer.reason
            else:
                ran.append(Ran(baseline.name, baseline.title, answer.outputs, seconds, answer.note))
    return ran, skipped


_NO_INPUTS = Refusal("there is no input value to learn from")


def _problem(
    train: tuple[NDArray[Any], NDArray[Any]],
    test_inputs: NDArray[Any],
    task: Task,
    classes: Sequence[str],
    seed: int,
) -> Problem:
    inputs, targets = train
    if task == Task.REGRESSION:
        targets = np.asarray(targets, dtype=np.float64).reshape(len(inputs), -1)
        return Problem(inputs, targets, test_inputs, task, targets.shape[1], seed)
    targets = np.asarray(targets, dtype=np.int64)
    size = targets.shape[1] if task == Task.MULTI_LABEL else max(len(classes), 2)
    return Problem(inputs, targets, test_inputs, Task(task), size, seed)
