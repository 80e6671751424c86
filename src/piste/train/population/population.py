"""Many trainings side by side, round by round."""

import time
from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.errors import SettingError
from piste.core.records import EpochRecord, Task
from piste.nn.head import output_bias
from piste.nn.losses import Loss
from piste.train.examples import Examples, for_judging, on_device
from piste.train.fit import STOPPED, Fitted, Shown, limits_of
from piste.train.plan import Plan, Split
from piste.train.population.blocks import Block, begun, block_size, placed_at, row_at, spread
from piste.train.population.cores import CORES, at_once
from piste.train.population.course import Course
from piste.train.population.group import Group
from piste.train.population.groups import groups
from piste.train.population.kinds import Known, Program, kind_of, program_for
from piste.train.population.member import Member
from piste.train.population.result import result
from piste.train.population.templates import Row
from piste.train.population.widths import widths_of
from piste.train.precision import allowed
from piste.train.settings import Precision
from piste.train.timeline import Timeline


class Population:
    """Members in training on the same examples. They need not share a program: `groups` says which do.

    Each member's numbers are those of the same trial trained alone by `piste.train.fit.fit`, but for rounding. What is
    computed for one does not depend on the others, and one whose loss is not finite stops by itself. `known` are
    programs that others like them have.

    Raises `SettingError` for members that share a number.
    """

    def __init__(
        self,
        members: Sequence[Member],
        train: Examples,
        validation: Examples,
        *,
        task: Task,
        metric: Shown,
        known: Known | None = None,
    ) -> None:
        numbers = [member.number for member in members]
        if len(set(numbers)) != len(numbers):
            raise SettingError("The members of a population need different numbers. Got one of them twice.")
        self._began = time.perf_counter()
        self._train, self._validation, self._task, self._metric, self._known = train, validation, task, metric, known
        self._splits: dict[Precision, tuple[Split, Split]] = {}
        self._biases: dict[Any, NDArray[np.float32]] = {}
        self._places: dict[int, tuple[Group, Block, int]] = {}  # of each member, by its number; found when asked for
        self._groups = [self._group(members) for group in groups(members, known) for members in self._paced(group)]

    def advance(self, until: Mapping[int, int]) -> dict[int, tuple[EpochRecord, ...]]:
        """Train each named member until it has done that many rounds; return each one's fresh records.

        A round is the steps up to a validation. A member that stopped before gives fewer records, or none. `seconds` of
        a record are those since the population began.
        """
        before = {number: len(self._course(number).records) for number in until}
        at_once(
            [
                partial(group.train, block, until, self._began)
                for group in self._groups
                for block in group.blocks
                if group.tasks(block, until)
            ]
        )
        return {number: tuple(self._course(number).records[count:]) for number, count in before.items()}

    def stopped(self, number: int) -> str:
        """Return why a member cannot go on: "epochs", "patience", "diverged" or "target"; "" while it can."""
        course = self._course(number)
        return STOPPED[course.ended] if course.over else ""

    def keep(self, numbers: Collection[int]) -> None:
        """Forget all members but those named, and free their memory."""
        for number in numbers:
            self._course(number)
        for group in self._groups:
            group.keep(numbers, CORES)
        self._groups = [group for group in self._groups if group.blocks]
        self._places.clear()

    @property
    def validation(self) -> Examples:
        """The validation split."""
        return self._validation

    def place(self, number: int) -> tuple[Group, Block, int]:
        """Return the group of a member, its block, and its place in the block."""
        if not self._places:
            self._places = {
                course.member.number: (group, block, place)
                for group in self._groups
                for block in group.blocks
                for place, course in enumerate(block.courses)
                if course
            }
        if number not in self._places:
            raise SettingError(f"There is no member {number} in this population.")
        return self._places[number]

    def fitted(self, number: int) -> Fitted:
        """Return a member's best parameters and running state so far, and how its training went."""
        group, block, place = self.place(number)
        carry = row_at(block, place)
        return result(self._course(number), group.program, carry, group.compile_seconds, self._validation, self._task)

    def adopt(self, number: int, source: int, member: Member) -> None:
        """Let `number` go on as `member` says from where `source` stands: population-based training.

        Weights, averages, the optimiser's memory, the running state, the best so far and the rounds done are those of
        `source`; the settings, the seed and the rates of rounds to come are those of `member`. Raises `SettingError`
        where `member` needs another program than `source`.
        """
        group, block, place = self.place(number)
        origin, origin_block, origin_place = self.place(source)
        old = self._course(source)
        same = _form(member) == _form(old.member)
        if member.number != number or not same or group is not origin:
            raise SettingError(
                f"Member {number} cannot go on from member {source}: they differ in more than knobs, or in width, "
                "depth or batch size. Keep everything but knobs as it is."
            )
        if group.program.row(member) is None:
            group = self._widened(group, member)
        (course,) = self._courses([member], group.program)
        course.follow(old)
        placed_at(block, place, course, row_at(origin_block, origin_place))

    def _widened(self, group: Group, member: Member) -> Group:
        """Return the group in place of `group` in which another setting is a knob, so that `member` fits too."""
        courses = [course for block in group.blocks for course in block.courses if course]
        program = group.program.remade([*(course.member for course in courses), member])
        for course in courses:
            course.row = self._row(program, course.member)
        wider = Group(program, group.blocks, self._split(member.plan.precision), self._metric)
        self._groups = [wider if one is group else one for one in self._groups]
        self._places.clear()
        return wider

    def _paced(self, members: Sequence[Member]) -> list[list[Member]]:
        """Return members whose calls do whole rounds apart from those whose rounds take several calls."""
        by_pace: dict[bool, list[Member]] = {}
        for member in members:
            by_pace.setdefault(self._line(member).whole > 0, []).append(member)
        return list(by_pace.values())

    def _group(self, members: Sequence[Member]) -> Group:
        program = program_for(members, self._known)
        splits, courses = self._split(members[0].plan.precision), self._courses(members, program)
        places = block_size(program.template, len(courses))
        start = partial(begun, program.template, places, splits[1])
        first, *others = spread(courses, places, CORES)
        blocks = [start(first)]  # by itself, so that it is compiled once
        blocks += at_once([lambda hurry, one=one: start(one) for one in others])  # type: ignore[misc]
        return Group(program, blocks, splits, self._metric)

    def _split(self, precision: Precision) -> tuple[Split, Split]:
        if precision not in self._splits:
            with allowed(precision):
                self._splits[precision] = on_device(self._train), for_judging(self._validation)
        return self._splits[precision]

    def _courses(self, members: Sequence[Member], program: Program) -> list[Course]:
        return [
            Course(
                member,
                self._line(member),
                self._row(program, member),
                _limits(member, self._metric),
                self._bias(members[0].plan, member.plan.loss),
            )
            for member in members
        ]

    def _row(self, program: Program, member: Member) -> Row:
        row = program.row(member)
        if row is None:
            raise ValueError("The member does not fit the program made for it.")
        return row

    def _line(self, member: Member) -> Timeline:
        return Timeline(len(self._train), self._train.inputs[:1].nbytes, member.effort, member.seed)

    def _bias(self, plan: Plan, loss: Loss) -> NDArray[np.float32]:
        # Of one plan's outputs for all that share its program: to ask each network would take longer than training it.
        if loss not in self._biases:
            outputs = plan.model.output_shape(plan.input_shape)[-1]
            self._biases[loss] = output_bias(self._task, self._train.targets, outputs, self._train.weights, loss)
        return self._biases[loss]

    def _course(self, number: int) -> Course:
        _, block, place = self.place(number)
        course: Course = block.courses[place]  # type: ignore[assignment]
        return course


def _form(member: Member) -> Hashable:
    """Return what a member must have in common with one whose weights it takes over."""
    return kind_of(member), widths_of(member.plan), member.effort.batch_size


def _limits(member: Member, metric: Shown) -> tuple[Any, ...]:
    limits = [np.asarray(limit) for limit in limits_of(member.effort, metric)]
    return tuple(limit.astype(np.int32 if limit.dtype.kind == "i" else np.float32) for limit in limits)
