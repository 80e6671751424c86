"""What came of a member's training, as `piste.train.fit.fit` would say it."""

import math
from functools import partial
from typing import Any

import jax
import numpy as np

from piste.core.records import InitialLoss, Task, TrainingRecord
from piste.core.watched import WatchedRecord
from piste.nn.head import constant_loss
from piste.nn.layer import Layer
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential, child_name
from piste.train.examples import Examples
from piste.train.fit import STOPPED, Fitted
from piste.train.layout import Layout, Parts
from piste.train.plan import Carry, Plan
from piste.train.population.course import Course
from piste.train.population.gated import Gated
from piste.train.population.kinds import Program
from piste.train.population.padded import PaddedDense
from piste.train.population.templates import example_of
from piste.train.seen import leaf_paths


def result(
    course: Course, program: Program, carry: Carry, compile_seconds: float, validation: Examples, task: Task
) -> Fitted:
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
    template = example_of(program.template)
    parameters, state = unpacked(template.layout, carry.best_weights), carry.best_state
    if program.rooms or program.block:
        room = program.roomy(plan).model
        drawn, begun = _shapes(plan)
        parameters, state = _cut(room, plan.model, parameters, drawn), _cut(room, plan.model, state, begun)
    return Fitted(parameters, state, record, tuple(course.records), watched)


def unpacked(layout: Layout, parts: Parts) -> Any:
    """Return the tree whose leaves are NumPy copies of what `parts` hold."""
    leaves = [np.asarray(part) for part in parts]
    if layout.joined:
        ends = np.cumsum([math.prod(shape) for shape in layout.shapes])
        leaves = [part.copy() for part in np.split(leaves[0], ends[:-1])]
    shaped = [leaf.reshape(shape) for leaf, shape in zip(leaves, layout.shapes, strict=True)]
    return jax.tree.unflatten(layout.structure, shaped)


def _shapes(plan: Plan) -> tuple[Any, Any]:
    shape = plan.input_shape
    drawn = jax.eval_shape(partial(plan.model.init, shape=shape), jax.random.key(0))
    return drawn, jax.eval_shape(partial(plan.model.init_state, shape))


def _cut(room: Layer, own: Layer, tree: Any, shapes: Any) -> Any:
    """Return what of `tree`, of the padded layer, is live: a tree of the layer's own, with these shapes."""
    if isinstance(room, Sequential) and isinstance(own, Sequential):
        cut = {}
        for index, small in enumerate(own.layers):
            name, place = child_name(index, small), index
            if isinstance(room, Gated):
                place = room.place(index, room.live)
            inner = room.layers[place]
            if name in shapes:
                cut[name] = _cut(inner, small, tree[child_name(place, inner)], shapes[name])
        return cut
    if isinstance(room, Residual) and isinstance(own, Residual):
        return {name: _cut(room.body, own.body, tree[name], shapes[name]) for name in shapes}
    if isinstance(room, PaddedDense) and "weight" in tree:
        weight = tree["weight"].reshape(room.places, -1, room.units)[:, : room.live_in, : room.live]
        tree = {**tree, "weight": weight.reshape(-1, room.live)}
    return jax.tree.map(lambda leaf, like: leaf[tuple(map(slice, like.shape))].copy(), tree, shapes)
