"""What the best networks of members make of each validation example."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import jax
import numpy as np
from jax import lax
from numpy.typing import NDArray

from piste.nn.layer import Context
from piste.nn.metrics import WholeSplit
from piste.train.compiler import jitted
from piste.train.examples import chunk_of
from piste.train.forward import forward
from piste.train.plan import Plan, Split
from piste.train.population.blocks import Block
from piste.train.population.group import Group
from piste.train.population.population import Population
from piste.train.population.templates import filled
from piste.train.precision import allowed, kept, master

Found = tuple[NDArray[np.float64], NDArray[np.float64] | None]


def each_example(population: Population, numbers: Sequence[int]) -> dict[int, Found]:
    """Return for each member the loss of every validation example (B,), and what it adds to the metric (B,).

    Both are of the member's best parameters so far. The second is None where the metric is no mean over examples.
    Values are scaled by the examples' weights where they have some, so that their plain mean is the weighted one.
    """
    places = [(number, *population.place(number)) for number in numbers]
    blocks = {id(block): (group, block) for _, group, block, _ in places}
    computed = {key: _of_block(group, block) for key, (group, block) in blocks.items()}
    scale = _scale(population.validation.weights)
    rows = len(population.validation)
    return {number: _scaled(computed[id(block)], place, rows, scale) for number, _, block, place in places}


def _of_block(group: Group, block: Block) -> tuple[Any, Any]:
    template, carry = group.program.template, block.carry
    usual = next(course.row for course in block.courses if course)
    values = np.stack([course.row if course else usual for course in block.courses])
    with allowed(template.precision):
        losses, each = _judging(template)(values, carry.best_weights, carry.best_state, group.validation)
        return np.asarray(losses), None if each is None else np.asarray(each)


@lru_cache(maxsize=64)
def _judging(template: Plan) -> Callable[..., Any]:
    """Return the program (values (P, K), weights, states, validation) -> (losses (P, N), metric (P, N) or None)."""
    return jitted(partial(_judge, template))


def _judge(template: Plan, values: Any, weights: Any, states: Any, validation: Split) -> Any:
    split = kept(template.precision, validation)
    size = chunk_of(split)
    chunks = jax.tree.map(lambda leaf: leaf.reshape(-1, size, *leaf.shape[1:]), (split.inputs, split.targets))

    def one(member: Any) -> Any:
        row, parts, state = member
        plan = filled(template, row.astype(master(template.precision)))
        parameters = plan.layout.unpack(parts)

        def chunk(pair: Any) -> Any:
            inputs, targets = pair
            outputs = forward(plan.model, plan.precision, plan.devices, parameters, state, inputs, Context())[0]
            each = None if isinstance(plan.metric, WholeSplit) else plan.metric(outputs, targets)
            return plan.loss(outputs, targets), each

        return jax.tree.map(lambda leaf: leaf.reshape(-1), lax.map(chunk, chunks))

    return lax.map(one, (values, weights, states))


def _scale(weights: NDArray[np.float32] | None) -> NDArray[np.float64] | float:
    return 1.0 if weights is None else np.asarray(weights / weights.mean(), np.float64)


def _scaled(found: tuple[Any, Any], place: int, rows: int, scale: Any) -> Found:
    losses, each = found
    own = np.asarray(losses[place, :rows], np.float64) * scale
    return own, None if each is None else np.asarray(each[place, :rows], np.float64) * scale
