"""Blocks: the members that one call trains, and what of them lies on the device."""

from collections.abc import Sequence
from typing import Any

import jax
import numpy as np

from piste.nn.activations import Activation, PReLU
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.normalisation import BatchNorm
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten
from piste.train.forward import layers_of
from piste.train.plan import Carry, Plan, Split
from piste.train.population.course import Course
from piste.train.population.programs import Beginning, Pace, beginning
from piste.train.population.templates import Knob, example_of
from piste.train.precision import allowed
from piste.train.timeline import key_words

_TINY = 10_000  # parameters
_SIDE_BY_SIDE = (Sequential, Residual, Dense, Activation, PReLU, Dropout, BatchNorm, Flatten)
_BLOCK = 8  # members of one call on a CPU
_BLOCK_BYTES = 1 << 24  # of their parameters and all that goes with them
_ACCELERATOR_BYTES = 1 << 31  # the same on an accelerator, whose blocks are as large as they can be
_COPIES = 6  # of the parameters in a carry: weights, best ones, gradient, two means of the optimiser, an average


class Block:
    """The members that one call trains: `courses` (P,), None where a place is free, and their carries."""

    def __init__(self, courses: Sequence[Course | None], carry: Carry) -> None:
        self.courses, self.carry = list(courses), carry
        self.round_seconds = 0.0  # of one member, in the last call; 0 while nobody knows


def block_size(template: Plan, count: int) -> int:
    """Return how many of `count` members one call trains: few different sizes, so that few programs are compiled.

    On a CPU few members: what a call costs besides is small beside the work of eight, and no core waits long for the
    last block. Large networks go one at a time. On an accelerator as many as its memory allows.
    """
    bytes_of_one = 4 * _COPIES * example_of(template).layout.size
    if jax.default_backend() == "cpu":
        return _BLOCK if _BLOCK * bytes_of_one <= _BLOCK_BYTES else 1
    room = max(_ACCELERATOR_BYTES // bytes_of_one, 1)
    return min(1 << (count - 1).bit_length(), 1 << (room.bit_length() - 1))


def pace_of(template: Plan, courses: Sequence[Course]) -> Pace:
    """Return how members are best trained: side by side on a CPU only tiny dense networks of one activation."""
    if any(course.line.whole == 0 for course in courses) or not _side_by_side(template):
        return "in turn"
    steps = {course.line.round for course in courses}
    even = len(steps) == 1 and not any(course.line.total % course.line.round for course in courses)
    return "in step" if even else "unevenly"


def _side_by_side(template: Plan) -> bool:
    if jax.default_backend() != "cpu":
        return True
    layers = list(layers_of(template.model))
    # Of several activations each would be computed for every member.
    choosing = any(isinstance(getattr(layer, "name", None), Knob) for layer in layers)
    tiny = example_of(template).layout.size <= _TINY
    return tiny and not choosing and all(isinstance(layer, _SIDE_BY_SIDE) for layer in layers)


def spread(members: Sequence[Any], places: int, cores: int) -> list[list[Any]]:
    """Return `members` in lists of at most `places`, nearly equal, and at least one for each core."""
    count = max(-(-len(members) // places), min(cores, len(members)))
    return [list(members[index::count]) for index in range(count)]


def begun(template: Plan, places: int, validation: Split, courses: Sequence[Course]) -> Block:
    """Return the block of members that begin; the loss that each starts with is noted."""
    free = places - len(courses)
    first = courses[0]
    rows = [course.row for course in courses] + [first.row] * free
    keys = [key_words(course.member.seed, "parameters") for course in courses] + [first.key] * free
    biases = [course.bias for course in courses] + [first.bias] * free
    with allowed(template.precision):
        carry, losses = beginning(template)(Beginning(np.stack(rows), np.stack(keys), np.stack(biases)), validation)
    for course, loss in zip(courses, np.asarray(losses), strict=False):
        course.measured = float(loss)
    return Block([*courses, *[None] * free], carry)


def row_at(block: Block, place: int) -> Carry:
    """Return the carry of one member, as NumPy arrays."""
    carry: Carry = jax.tree.map(lambda leaf: np.array(leaf[place]), block.carry)
    return carry


def gathered(found: Sequence[tuple[Block, int]], places: int) -> Block:
    """Return a block of members that lie in others, each named by its block and its place there."""
    hosts = {id(block): jax.tree.map(np.asarray, block.carry) for block, _ in found}
    rows = [jax.tree.map(lambda leaf, place=place: leaf[place], hosts[id(block)]) for block, place in found]
    free = places - len(rows)
    carry = _on_device(jax.tree.map(lambda *leaves: np.stack([*leaves, *[leaves[0]] * free]), *rows))
    fresh = Block([*(block.courses[place] for block, place in found), *[None] * free], carry)
    fresh.round_seconds = max(block.round_seconds for block, _ in found)
    return fresh


def placed_at(block: Block, place: int, course: Course, carry: Carry) -> None:
    """Put a member into a place of a block, with the carry of one."""
    block.courses[place] = course

    def put(leaf: Any, own: Any) -> Any:
        values = np.array(leaf)
        values[place] = own
        return values

    block.carry = _on_device(jax.tree.map(put, block.carry, carry))


def _on_device(carry: Carry) -> Carry:
    with allowed("float64"):  # in which doubles stay, and nothing becomes one
        placed: Carry = jax.device_put(carry)
    return placed
