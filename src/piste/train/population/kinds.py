"""What members must have in common to share a program, and which one serves them."""

import dataclasses
from collections.abc import Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from piste.train.plan import Plan
from piste.train.population.batches import FACTOR, can_be_filled
from piste.train.population.costs import COMPILE_SECONDS, SECONDS, multiplications
from piste.train.population.depths import Block, block_of, deepened, depth_of, once, repeated, shared_block, so_deep
from piste.train.population.member import Member
from piste.train.population.templates import Row, outline_of, row_of, template_of
from piste.train.population.widths import Widths, padded, widths_of

_ROOM = 1 << 20  # stands for any


class Program(NamedTuple):
    """What members that share a program are made of.

    A template, made of plans with `rooms` for their free widths and for so many `blocks`, where these differ, and the
    rows of a batch. Smaller batches are filled up where it is `filled`.
    """

    template: Plan
    rooms: Widths | None
    block: Block | None
    blocks: int
    batch: int
    filled: bool

    def roomy(self, plan: Plan) -> Plan:
        """Return the plan with the room that the program has; it must fit."""
        plan = alone(plan)
        plan = plan if self.block is None else deepened(plan, self.block, self.blocks)
        return plan if self.rooms is None else padded(plan, self.rooms)

    def row(self, member: Member) -> Row | None:
        """Return the values that make the member's plan of the template; None where it does not fit."""
        plan, batch = alone(member.plan), member.effort.batch_size
        smallest = -(-self.batch // FACTOR) if self.filled else self.batch
        if not smallest <= batch <= self.batch:
            return None
        if self.block is not None:
            if not 0 < depth_of(plan, self.block) <= self.blocks:
                return None
            plan = deepened(plan, self.block, self.blocks)
        if self.rooms is None:
            return row_of(self.template, plan)
        widths = widths_of(plan)
        if widths is None or len(widths) != len(self.rooms):
            return None
        fits = all(width <= room for width, room in zip(widths, self.rooms, strict=True))
        return row_of(self.template, padded(plan, self.rooms)) if fits else None

    def remade(self, members: Sequence[Member]) -> "Program":
        """Return a program of the same room in which all that `members` differ in are knobs."""
        return self._replace(template=template_of([self.roomy(member.plan) for member in members]))


Known = Mapping[Hashable, Sequence[Program]]
"""Programs by the kind of the members that they serve."""


def alone(plan: Plan) -> Plan:
    """Return the plan for one device: in a population there are members to divide, not batches."""
    return plan if plan.devices == 1 else dataclasses.replace(plan, devices=1)


def kind_of(member: Member) -> Hashable:
    """Return what members of one depth must have in common to share a program, if their batches are near enough."""
    plan = alone(member.plan)
    return _outline(plan), None if can_be_filled(plan) else member.effort.batch_size


def kind_of_any_depth(member: Member) -> Hashable:
    """Return what members must have in common to share a program, if their depths can."""
    plan = alone(member.plan)
    return "any depth", _outline(once(plan, block_of(plan))), kind_of(member)[1]  # type: ignore[index]


@lru_cache(maxsize=4096)
def _outline(plan: Plan) -> Hashable:
    widths = widths_of(plan)
    return outline_of(plan if widths is None else padded(plan, (_ROOM,) * len(widths)))


class Needs(NamedTuple):
    """What room members need: for widths as the rooms of one block's network, for so many blocks, for so large a batch.

    `smallest` is the smallest of their batches, and `steps` are all that they make.
    """

    rooms: Widths
    blocks: int
    batch: int
    smallest: int
    steps: int

    def __add__(self, other: "Needs") -> "Needs":  # type: ignore[override]
        return Needs(
            tuple(map(max, self.rooms, other.rooms)),
            max(self.blocks, other.blocks),
            max(self.batch, other.batch),
            min(self.smallest, other.smallest),
            self.steps + other.steps,
        )

    @property
    def near(self) -> bool:
        """Whether the batches are near enough for one program."""
        return self.batch <= FACTOR * self.smallest

    def seconds(self, plan: Plan, block: Block | None) -> float:
        """Return about how long the products of all steps take in that room; `plan` is any of the members'."""
        rooms = self.rooms
        if block is not None:
            single = once(plan, block)
            plan = so_deep(plan, block, self.blocks)
            rooms = repeated(single, block, rooms, self.blocks) if rooms else rooms
        return SECONDS * multiplications(plan, rooms or None) * self.batch * self.steps


def needs_of(member: Member, block: Block | None) -> Needs:
    """Return what one member needs."""
    plan, batch = alone(member.plan), member.effort.batch_size
    widths = widths_of(once(plan, block)) or ()
    return Needs(widths, depth_of(plan, block) if block else 1, batch, batch, len(member.effort.rates))


def all_needs(members: Sequence[Member], block: Block | None) -> Needs:
    """Return what members need together."""
    first, *others = [needs_of(member, block) for member in members]
    for one in others:
        first = first + one
    return first


def program_for(members: Sequence[Member], known: Known | None = None) -> Program:
    """Return a program for all `members`, of one kind: a known one, unless another would be worth its making.

    What was trained before in this process has no say: the last bits of a number depend on the program that computed
    it, and whoever trains the members again must come to the same.
    """
    plans = [alone(member.plan) for member in members]
    kind = kind_of(members[0])
    block = shared_block(plans) if any(kind_of(member) != kind for member in members) else None
    needs = all_needs(members, block)
    least = needs.seconds(plans[0], block)
    for seconds, program in _quickest_first(members[0], needs, known):
        if seconds <= least + COMPILE_SECONDS and all(program.row(member) is not None for member in members):
            return program
    return _made(members, plans, block, needs)


def serving(member: Member, known: Known) -> Program | None:
    """Return the known program that serves a member in the least time; None where there is none."""
    needs = needs_of(member, None)
    return next((one for _, one in _quickest_first(member, needs, known) if one.row(member) is not None), None)


def _quickest_first(member: Member, needs: Needs, known: Known | None) -> list[tuple[float, Program]]:
    """Return the programs that may serve members such as this one, and the seconds that `needs` take, in order."""
    near = [*known.get(kind_of(member), ()), *known.get(kind_of_any_depth(member), ())] if known else []
    timed = [(_in(program, needs, member.plan), program) for program in near]
    return sorted(timed, key=lambda pair: pair[0])


def programs_by_kind(groups: Iterable[Sequence[Member]]) -> Known:
    """Return the programs of groups of members, for those that come later."""
    known: dict[Hashable, list[Program]] = {}
    for members in groups:
        program = program_for(members)
        kind = kind_of(members[0]) if program.block is None else kind_of_any_depth(members[0])
        if program not in known.setdefault(kind, []):
            known[kind].append(program)
    return known


def _made(members: Sequence[Member], plans: list[Plan], block: Block | None, needs: Needs) -> Program:
    single = len({widths_of(once(plan, block)) for plan in plans}) == 1
    roomy = plans if block is None else [deepened(plan, block, needs.blocks) for plan in plans]
    rooms = None if single else tuple(map(room, needs.rooms))
    if rooms and block:
        rooms = repeated(once(plans[0], block), block, rooms, needs.blocks)
    template = template_of(roomy if rooms is None else [padded(plan, rooms) for plan in roomy])
    filled = needs.smallest < needs.batch
    return Program(template, rooms, block, needs.blocks, needs.batch, filled)


def _in(program: Program, needs: Needs, plan: Plan) -> float:
    """Return about how long the products of all steps take in a program that is known."""
    plan = alone(plan)
    if program.block is not None and depth_of(plan, program.block):
        plan = so_deep(plan, program.block, program.blocks)
    return SECONDS * multiplications(plan, program.rooms) * program.batch * needs.steps


def room(width: int) -> int:
    """Return the smallest of 8, 12, 16, 24, 32, 48, 64 ... that holds `width`."""
    size = 8
    while size < width:
        size = size * 3 // 2 if (size & (size - 1)) == 0 else size * 4 // 3
    return size
