"""What the members of a block do in one call, as the program takes it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from piste.train.population.course import Course
from piste.train.population.programs import Work

_ROUNDS = 64  # of one call, at most: places for more would be handed over empty
_VALUES = 1 << 20  # row numbers handed over per call, at most


class Sizes(NamedTuple):
    """Places of one call: for `rounds` of `steps` of `batch` examples, and `knobs` values and `limits` a member.

    Where members are `alike`, one order of the examples is handed over for all that stand at the same step. Batches may
    be smaller where they are `filled` up.
    """

    rounds: int
    steps: int
    batch: int
    knobs: int
    limits: tuple[Any, ...]
    alike: bool
    filled: bool


class Task(NamedTuple):
    """A member that trains in a call: its place in the block, and how much it does, in rounds or in steps."""

    place: int
    course: Course
    amount: int


def sizes_for(courses: Sequence[Course], block: int, batch: int, *, filled: bool) -> Sizes:
    """Return the sizes that hold the calls of all `courses`, `block` of them at a time, in batches of up to `batch`."""
    steps = max(course.line.capacity for course in courses)
    rounds = max(min(_ROUNDS, _VALUES // (steps * batch * block)), 1) if courses[0].line.whole else 1
    alike = len({_way(course) for course in courses}) == 1
    return Sizes(rounds, steps, batch, len(courses[0].row), courses[0].limits, alike, filled)


def work_of(tasks: Sequence[Task], places: int, sizes: Sizes) -> Work:
    """Return the work of a block with so many places; who has no task rests."""
    work = _nothing(places, sizes)
    for task in tasks:
        _fill(work, task)
    if sizes.alike:
        # Members on one way through the examples differ in how far they go.
        for task in sorted(tasks, key=_end)[-1:]:
            _fill_order(work.order, task)
    else:
        for task in tasks:
            _fill_order(work.order[task.place], task)
    return work


def together(tasks: Sequence[Task], sizes: Sizes) -> list[Task]:
    """Return those of the tasks that one call can do: where one order is handed over, those at one step."""
    return [task for task in tasks if not sizes.alike or task.course.step == tasks[0].course.step]


def _way(course: Course) -> tuple[int, ...]:
    """Return what the order of a member's examples follows from, beside the step."""
    return course.member.seed, course.line.batch_size, course.line.round


def _end(task: Task) -> int:
    return task.course.line.rounds_of(task.course.step, task.amount)[-1][1]


def _nothing(places: int, sizes: Sizes) -> Work:
    rounds, steps, batch, knobs, limits, alike, filled = sizes
    order = (rounds, steps, batch) if alike else (places, rounds, steps, batch)
    return Work(
        values=np.zeros((places, knobs)),
        order=np.zeros(order, np.int32),
        rates=np.zeros((places, rounds, steps)),
        first_steps=np.zeros((places, rounds), np.int32),
        steps=np.zeros((places, rounds), np.int32),
        rounds=np.zeros(places, np.int32),
        keys=np.zeros((places, 2), np.uint32),
        validates=np.zeros(places, np.bool_),
        limits=tuple(np.zeros(places, limit.dtype) for limit in limits),
        batch=np.full(places, batch, np.int32) if filled else None,
    )


def _fill(work: Work, task: Task) -> None:
    place, course, amount = task
    line = course.line
    work.values[place], work.keys[place] = course.row, course.key
    for column, value in zip(work.limits, course.limits, strict=True):
        column[place] = value
    for number, (first, last) in enumerate(line.rounds_of(course.step, amount)):
        work.rates[place, number, : last - first] = course.member.effort.rates[first:last]
        work.first_steps[place, number], work.steps[place, number] = first, last - first
        work.rounds[place] += 1
    work.validates[place] = line.validates(course.step, amount)
    if work.batch is not None:
        work.batch[place] = line.batch_size


def _fill_order(order: NDArray[np.int32], task: Task) -> None:
    line = task.course.line
    for number, (first, last) in enumerate(line.rounds_of(task.course.step, task.amount)):
        rows = line.rows(first, last)
        # A batch is filled up with its own examples: what is finite for those that count is so for all.
        order[number, : last - first] = np.resize(rows.T, (order.shape[-1], len(rows))).T
