"""The first node that differs in the step where two trainings part: both sweeps beside each other, in order."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from piste.core.compare import PartingNode
from piste.core.errors import SettingError
from piste.lens.graph.trace import Node
from piste.lens.lens import Lens
from piste.lens.look import look
from piste.nn.augment.compose import augmented
from piste.nn.layer import Context
from piste.recipe.building import build_effort
from piste.recipe.view_subject import Subject
from piste.train.forward import forward
from piste.train.plan import Plan, Split
from piste.train.precision import kept
from piste.train.timeline import Timeline, named_key

NEAR = 1e-5  # over the largest number: below it, nodes of graphs that are built otherwise differ by rounding alone
SAME = "All values and gradients of this step are the same: what the optimiser makes of the gradients differs."
PIECES = "This step adds up gradients of pieces of a batch, which are not swept one by one."

Pair = tuple[Subject, Subject]


def node_of(pair: Pair, step: int, parameters: Any) -> PartingNode:
    """Return the first node that differs in step number `step`, from 0, which both begin with `parameters`.

    Values come first, in the order in which they are computed; then gradients, from the loss backwards.
    """
    if any(subject.plan.pieces > 1 for subject in pair):
        return PartingNode("", "unknown", PIECES)
    try:
        one, other = (_swept(subject, step, parameters) for subject in pair)
        return first_different(one, other)
    except SettingError as error:  # an operation that no gradient passes
        return PartingNode("", "unknown", str(error))


def first_different(one: Lens, other: Lens) -> PartingNode:
    """Return the first node that differs between two lenses, of networks that may be built otherwise."""
    alike = [_form(node) for node in one.nodes] == [_form(node) for node in other.nodes]
    tolerance = 0.0 if alike else NEAR
    for first, second in zip(one.nodes, other.nodes, strict=False):
        if _form(first) != _form(second):
            words = f"It is {_said(first)} in the first and {_said(second)} in the second; all before it are the same."
            return PartingNode(first.name, "operation", words)
        if one.traced.readers[first.number] and _kept(one, first) and _kept(other, second):
            apart = _apart(one.value(first), other.value(second), tolerance)
            if apart:
                return PartingNode(first.name, "value", f"Its value differs, {apart}; all before it are the same.")
    if len(one.nodes) != len(other.nodes):
        more = max(one.nodes, other.nodes, key=len)[min(len(one.nodes), len(other.nodes))]
        return PartingNode(more.name, "operation", "Only one of the two computes it; all before it are the same.")
    for first, second in reversed(list(zip(one.nodes, other.nodes, strict=True))):
        mine, theirs = one.gradient(first), other.gradient(second)
        apart = _apart(mine, theirs, tolerance) if mine is not None and theirs is not None else ""
        if apart:
            words = f"All values are the same; back from the loss, the gradient here is the first to differ, {apart}."
            return PartingNode(first.name, "gradient", words)
    return PartingNode("", "update", SAME)


def _swept(subject: Subject, step: int, parameters: Any) -> Lens:
    plan, train, seed = subject.plan, subject.train, subject.settings.data.seed
    effort = build_effort(subject.settings.training, len(train))
    rows = Timeline(len(train), train.inputs[:1].nbytes, effort, seed).rows_of(step)
    weights = None if train.weights is None else train.weights[rows]
    key = jax.random.fold_in(named_key(seed, "step"), step)
    state = subject.start.state  # a training does not read it
    return look(
        partial(_step_loss, plan), parameters, state, train.inputs[rows], train.targets[rows], weights, key,
        title=f"{subject.run.path.name}, step {step + 1}",
    )  # fmt: skip


def _step_loss(plan: Plan, parameters: Any, state: Any, inputs: Any, targets: Any, weights: Any, key: Any) -> Any:
    """Return the mean loss of one step's batch as the training computes it."""
    batch = kept(plan.precision, Split(inputs, targets, weights))
    inputs, targets = augmented(plan.augment, key, batch.inputs, batch.targets)
    outputs, _ = forward(plan.model, plan.precision, 1, parameters, state, inputs, Context(True, key))
    with jax.named_scope("loss"):
        losses = plan.loss(outputs, targets)
        if batch.weight is None:
            return jnp.mean(losses)
        return jnp.sum(batch.weight * losses) / jnp.sum(batch.weight)


def _form(node: Node) -> tuple[Any, ...]:
    return node.name, node.operation, node.shape, str(node.dtype)


def _said(node: Node) -> str:
    return f"{node.name} {'x'.join(map(str, node.shape)) or 'of one number'}"


def _kept(lens: Lens, node: Node) -> bool:
    return node.number in lens.keeping.numbers


def _apart(one: NDArray[Any], other: NDArray[Any], tolerance: float) -> str:
    """Return by how much two arrays differ, in words; "" where they do not, by more than `tolerance` of the largest."""
    if one.tobytes() == other.tobytes():
        return ""
    first, second = np.asarray(one, np.float64), np.asarray(other, np.float64)
    gap = np.abs(first - second)
    largest = float(np.max(np.nan_to_num(gap, nan=np.inf), initial=0.0))
    if largest <= tolerance * float(np.max(np.abs(first), initial=0.0)):
        return ""
    return f"in {np.count_nonzero(gap != 0):,} of {gap.size:,} numbers, by {largest:.3g} at most"
