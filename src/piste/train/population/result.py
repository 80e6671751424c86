"""What came of a member's training, as `piste.train.fit.fit` would say it."""

import math
from typing import Any

import jax
import numpy as np

from piste.core.records import InitialLoss, Task, TrainingRecord
from piste.core.watched import WatchedRecord
from piste.nn.head import constant_loss
from piste.train.examples import Examples
from piste.train.fit import STOPPED, Fitted
from piste.train.layout import Layout, Parts
from piste.train.plan import Carry
from piste.train.population.course import Course
from piste.train.seen import leaf_paths


def result(course: Course, carry: Carry, compile_seconds: float, validation: Examples, task: Task) -> Fitted:
    """Return the best of a member so far; `carry` is its own, on the host. Nobody looked into its training."""
    plan, line = course.member.plan, course.line
    layout = plan.layout
    expected = constant_loss(task, course.bias, validation.targets, validation.weights, plan.loss)
    stopped = STOPPED[course.ended] if course.over else ""
    record = TrainingRecord(
        parameters=layout.size,
        epochs=line.epochs(course.step),
        best_epoch=line.epochs(line.round_end(int(carry.best_round))),
        steps=course.step,
        seconds=round(course.seconds, 3),
        compile_seconds=round(compile_seconds, 3),
        stopped=stopped,
        initial_loss=InitialLoss(course.measured, expected),
    )
    watched = WatchedRecord(leaf_paths(layout), (), (), line.total, keeps_best=True, stopped=stopped)
    return Fitted(unpacked(layout, carry.best_weights), carry.best_state, record, tuple(course.records), watched)


def unpacked(layout: Layout, parts: Parts) -> Any:
    """Return the tree whose leaves are NumPy copies of what `parts` hold."""
    leaves = [np.asarray(part) for part in parts]
    if layout.joined:
        ends = np.cumsum([math.prod(shape) for shape in layout.shapes])
        leaves = [part.copy() for part in np.split(leaves[0], ends[:-1])]
    shaped = [leaf.reshape(shape) for leaf, shape in zip(leaves, layout.shapes, strict=True)]
    return jax.tree.unflatten(layout.structure, shaped)
