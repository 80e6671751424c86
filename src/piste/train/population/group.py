"""The members of a population that share a program."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import jax
import numpy as np

from piste.train.fit import Shown, records_of
from piste.train.plan import Curves, Split
from piste.train.population.blocks import Block, gathered, pace_of, spread
from piste.train.population.kinds import Program
from piste.train.population.programs import training
from piste.train.population.work import Task, sizes_for, together, work_of
from piste.train.precision import allowed

_SECONDS = 0.5  # that a call takes, if it can be said


class Group:
    """One program, and the blocks that it trains. `compile_seconds` is what making it ready took."""

    def __init__(self, program: Program, blocks: Sequence[Block], splits: tuple[Split, Split], metric: Shown) -> None:
        began = time.perf_counter()
        self.program, self.blocks = program, list(blocks)
        self._splits, self._metric = splits, metric
        self._places = len(self.blocks[0].courses)
        courses = [course for block in blocks for course in block.courses if course]
        batch = min(program.batch, max(course.line.examples for course in courses))
        self._sizes = sizes_for(courses, self._places, batch, filled=program.filled)
        self._training = training(program.template, pace_of(program.template, courses))
        with allowed(program.template.precision):
            self._call(self.blocks[0], [])  # a call of nothing compiles and computes nothing
        self.compile_seconds = time.perf_counter() - began

    @property
    def validation(self) -> Split:
        """The validation split on the device."""
        return self._splits[1]

    def train(self, block: Block, until: Mapping[int, int], began: float, hurried: Callable[[], bool]) -> None:
        """Train the members of `block` that `until` names up to those rounds, or until it is `hurried`.

        `began` is when the population did.
        """
        with allowed(self.program.template.precision):
            while not hurried():
                tasks = self.tasks(block, until)
                if not tasks:
                    return
                self._advance(block, tasks, began)

    def keep(self, numbers: Collection[int], cores: int) -> None:
        """Forget all members but those named; the others move together."""
        found = [
            (block, place)
            for block in self.blocks
            for place, course in enumerate(block.courses)
            if course and course.member.number in numbers
        ]
        if len(found) == sum(course is not None for block in self.blocks for course in block.courses):
            return
        if self._places == 1:
            self.blocks = [block for block, _ in found]
        elif found:
            self.blocks = [gathered(one, self._places) for one in spread(found, self._places, cores)]
        else:
            self.blocks = []

    def tasks(self, block: Block, until: Mapping[int, int]) -> list[Task]:
        """Return what the next call does of the way to the rounds that `until` names."""
        seconds = block.round_seconds * self._places
        most = max(min(self._sizes.rounds, int(_SECONDS / seconds) if seconds else 1), 1)
        tasks = [
            Task(place, course, course.amount(until.get(course.member.number, 0), most))
            for place, course in enumerate(block.courses)
            if course
        ]
        return together([task for task in tasks if task.amount], self._sizes)

    def _advance(self, block: Block, tasks: Sequence[Task], began: float) -> None:
        called = time.perf_counter()
        curves = self._call(block, tasks)
        rounds, ended = np.asarray(block.carry.rounds), np.asarray(block.carry.stopped)
        columns: list[Any] = [jax.tree.map(np.asarray, column) for column in curves[:-1]]
        elapsed = time.perf_counter() - called
        total = sum(task.amount for task in tasks)
        for place, course, amount in tasks:
            before = course.rounds
            course.advanced(amount, int(rounds[place]), int(ended[place]))
            course.seconds += elapsed * amount / total
            own = Curves(*(column[place] if len(column) else column for column in columns))
            clock = [called - began + elapsed] * (course.rounds - before)
            course.records += records_of(own, before, clock, course.line, course.member.effort, self._metric)
        block.round_seconds = elapsed / total if tasks[0].course.line.whole else 0.0

    def _call(self, block: Block, tasks: Sequence[Task]) -> Curves:
        work = work_of(tasks, self._places, self._sizes)
        block.carry, curves = self._training(block.carry, *self._splits, work)
        return curves
