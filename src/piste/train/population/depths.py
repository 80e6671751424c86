"""Depths: networks that differ in how often the same block comes, and the network with room for the most of them.

A block is one layer or some, the same settings each time it comes: the hidden layers of a network of equal widths, the
residual blocks, the blocks of a transformer, recurrent layers one upon the other. From the second on it must give
outputs of the shape of its inputs, so that it can be left out.
"""

import dataclasses
from collections.abc import Sequence
from functools import lru_cache, reduce
from typing import NamedTuple

from piste.nn.layer import Layer
from piste.nn.sequential import Sequential
from piste.train.plan import Plan
from piste.train.population.gated import Gated
from piste.train.population.widths import BY_TENSOR, Widths, shape_after, width_starts


class Block(NamedTuple):
    """Where a network's blocks begin, and how many layers each has."""

    first: int
    size: int


@lru_cache(maxsize=4096)
def block_of(plan: Plan) -> Block | None:
    """Return the block that comes again and again: the one that covers most layers. None where nothing comes twice."""
    if type(plan.model) is not Sequential or plan.optimiser.name in BY_TENSOR:
        return None
    layers = _numbered(plan.model)
    found = [
        (count * size, -size, -first)
        for size in range(1, len(layers) // 2 + 1)
        for first in range(len(layers) - 2 * size + 1)
        if (count := _count(layers, first, size)) > 1
    ]
    if not found:
        return None
    _, size, first = max(found)
    block = Block(-first, -size)
    return block if depth_of(plan, block) else None


@lru_cache(maxsize=4096)
def depth_of(plan: Plan, block: Block) -> int:
    """Return how often the block comes, at least once; 0 where it could not be left out."""
    if type(plan.model) is not Sequential or plan.optimiser.name in BY_TENSOR:
        return 0
    layers, end = plan.model.layers, block.first + block.size
    if end >= len(layers):
        return 0
    shape = reduce(lambda shape, layer: shape_after(layer, shape), layers[:end], plan.input_shape)
    again = reduce(lambda shape, layer: shape_after(layer, shape), layers[block.first : end], shape)
    return _count(_numbered(plan.model), *block) if again == shape else 0


def once(plan: Plan, block: Block | None) -> Plan:
    """Return the plan with one block: what plans that differ in depth have in common."""
    if block is None:
        return plan
    layers: tuple[Layer, ...] = plan.model.layers  # type: ignore[attr-defined]
    end = block.first + block.size * depth_of(plan, block)
    return dataclasses.replace(plan, model=Sequential(layers[: block.first + block.size] + layers[end:]))


def so_deep(plan: Plan, block: Block, blocks: int) -> Plan:
    """Return the plan with so many blocks that all count."""
    roomy = deepened(once(plan, block), block, blocks)
    return dataclasses.replace(plan, model=Sequential(roomy.model.layers))  # type: ignore[attr-defined]


def deepened(plan: Plan, block: Block, blocks: int) -> Plan:
    """Return the plan with room for so many blocks, of which its own count."""
    live, layers = depth_of(plan, block), plan.model.layers  # type: ignore[attr-defined]
    end = block.first + block.size * live
    more = layers[block.first : block.first + block.size] * (blocks - live)
    return dataclasses.replace(plan, model=Gated((*layers[:end], *more, *layers[end:]), *block, blocks, live))


def repeated(plan: Plan, block: Block, rooms: Widths, blocks: int) -> Widths:
    """Return the rooms of a network of so many blocks, where `rooms` are those of `plan`, which has one."""
    starts = width_starts(plan)
    begin, end = starts[block.first], starts[block.first + block.size]
    return rooms[:begin] + rooms[begin:end] * blocks + rooms[end:]


def shared_block(plans: Sequence[Plan]) -> Block | None:
    """Return the block of which plans that are alike but for their depth have different numbers; None without one."""
    found = {block for plan in plans if (block := block_of(plan))}
    if len(found) != 1:
        return None
    (block,) = found
    return block if all(depth_of(plan, block) for plan in plans) else None


def _numbered(model: Sequential) -> list[int]:
    """Return a number for each layer but the last, which makes the network's outputs: equal ones have equal numbers."""
    numbers: dict[Layer, int] = {}
    return [numbers.setdefault(layer, len(numbers)) for layer in model.layers[:-1]]


def _count(layers: Sequence[int], first: int, size: int) -> int:
    block, end = layers[first : first + size], first + size
    while layers[end : end + size] == block:
        end += size
    return (end - first) // size
