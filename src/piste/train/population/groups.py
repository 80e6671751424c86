"""Which members share a program, and the programs that are known."""

import dataclasses
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import combinations
from typing import NamedTuple

from piste.train.plan import Plan
from piste.train.population.cores import CORES
from piste.train.population.member import Member
from piste.train.population.templates import Row, outline_of, row_of, template_of
from piste.train.population.widths import Widths, padded, widths_of, work_of_example

_COMPILE_SECONDS = 2.0  # that another program costs, about
_SECONDS = 3 / 5e10 / CORES  # of a multiplication in the three products of a step, small ones, on all cores
_ROOM = 1 << 20  # stands for any
_KNOWN = 16  # programs of one kind that are remembered

_known: dict[Hashable, list["Program"]] = {}  # of this process by the kind of their members, the newest first


class Program(NamedTuple):
    """What members that share a program are made of: a template, and the rooms of its free widths where it has some."""

    template: Plan
    rooms: Widths | None

    def row(self, plan: Plan) -> Row | None:
        """Return the values that make `plan` of the template; None where it cannot be."""
        plan = alone(plan)
        if self.rooms is None:
            return row_of(self.template, plan)
        widths = widths_of(plan)
        if widths is None or len(widths) != len(self.rooms):
            return None
        fits = all(width <= room for width, room in zip(widths, self.rooms, strict=True))
        return row_of(self.template, padded(plan, self.rooms)) if fits else None


def groups(members: Sequence[Member]) -> list[list[Member]]:
    """Return the members divided into those that share a program, in the order of their first members.

    Networks of different widths share one as long as the multiplications by zero take less time than compiling another.
    """
    by_kind: dict[Hashable, list[Member]] = {}
    for member in members:
        by_kind.setdefault(kind_of(member), []).append(member)
    return [group for kin in by_kind.values() for group in _by_room(kin)]


def kind_of(member: Member) -> Hashable:
    """Return what members must have in common to share a program, widths apart."""
    plan = alone(member.plan)
    widths = widths_of(plan)
    outline = outline_of(plan if widths is None else padded(plan, (_ROOM,) * len(widths)))
    return outline, member.effort.batch_size


def alone(plan: Plan) -> Plan:
    """Return the plan for one device: in a population there are members to divide, not batches."""
    return plan if plan.devices == 1 else dataclasses.replace(plan, devices=1)


def program_for(members: Sequence[Member]) -> Program:
    """Return a program for all `members`, of one kind: one used before, unless another would be worth its making."""
    plans = [alone(member.plan) for member in members]
    rooms = _rooms(plans)
    known = _known.setdefault(kind_of(members[0]), [])
    least = _seconds(members, rooms)
    for program in sorted(known, key=lambda one: _seconds(members, one.rooms)):
        fits = all(program.row(plan) is not None for plan in plans)
        if fits and _seconds(members, program.rooms) <= least + _COMPILE_SECONDS:
            return program
    template = template_of([plan if rooms is None else padded(plan, rooms) for plan in plans])
    program = Program(template, rooms)
    known.insert(0, program)
    del known[_KNOWN:]
    return program


@dataclass(frozen=True)
class _Share:
    """Members that may get a program: the room that they need, and how many examples pass through it in all."""

    members: tuple[Member, ...]
    rooms: Widths
    examples: int

    def __add__(self, other: "_Share") -> "_Share":
        rooms = tuple(map(max, self.rooms, other.rooms))
        return _Share(self.members + other.members, rooms, self.examples + other.examples)


def _by_room(members: Sequence[Member]) -> list[list[Member]]:
    """Return members of one kind, divided by their widths into groups that are worth a program each."""
    divided: dict[Widths, list[Member]] = {}
    for member in members:
        widths = widths_of(alone(member.plan)) or ()
        divided.setdefault(tuple(map(_room, widths)), []).append(member)
    found = [_Share(tuple(group), rooms, _examples(group)) for rooms, group in divided.items()]
    work = lru_cache(maxsize=None)(partial(work_of_example, alone(members[0].plan)))

    def lost(pair: tuple[_Share, _Share]) -> float:
        one, other = pair
        both = one + other
        more = both.examples * work(both.rooms) - one.examples * work(one.rooms) - other.examples * work(other.rooms)
        return more * _SECONDS - _COMPILE_SECONDS

    while len(found) > 1:
        pair = min(combinations(found, 2), key=lost)
        if lost(pair) > 0 and len(found) <= _KNOWN:
            break
        found = [one for one in found if one is not pair[0] and one is not pair[1]] + [pair[0] + pair[1]]
    order = {member.number: index for index, member in enumerate(members)}
    grouped = [sorted(one.members, key=lambda member: order[member.number]) for one in found]
    return sorted(grouped, key=lambda group: order[group[0].number])


def _seconds(members: Sequence[Member], rooms: Widths | None) -> float:
    """Return about how long the products of all steps take; 0 where widths are no matter."""
    plan = alone(members[0].plan)
    own = rooms or widths_of(plan)
    return _SECONDS * work_of_example(plan, own) * _examples(members) if own else 0.0


def _examples(members: Sequence[Member]) -> int:
    return sum(len(member.effort.rates) * member.effort.batch_size for member in members)


def _rooms(plans: Sequence[Plan]) -> Widths | None:
    """Return the rooms that hold the widths of all plans; None where these are all the same, or fixed."""
    widths = {widths_of(plan) for plan in plans}
    if len(widths) == 1:
        return None
    columns = zip(*(one for one in widths if one), strict=True)
    return tuple(_room(max(column)) for column in columns)


def _room(width: int) -> int:
    """Return the smallest of 8, 12, 16, 24, 32, 48, 64 ... that holds `width`."""
    room = 8
    while room < width:
        room = room * 3 // 2 if (room & (room - 1)) == 0 else room * 4 // 3
    return room
