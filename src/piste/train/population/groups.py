"""Which members share a program."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from piste.train.population.costs import COMPILE_SECONDS
from piste.train.population.depths import Block, shared_block
from piste.train.population.kinds import (
    Known,
    Needs,
    all_needs,
    alone,
    kind_of,
    kind_of_any_depth,
    needs_of,
    room,
    serving,
)
from piste.train.population.member import Member

_MOST = 16  # programs of one kind, unless batches are too far apart for fewer


def groups(members: Sequence[Member], known: Known | None = None, *, times: float = 1.0) -> list[list[Member]]:
    """Return the members divided into those that share a program, in the order of their first members.

    Networks of different widths and depths, and batches of different sizes, share one as long as the arithmetic that
    counts for nothing takes less time than compiling another, where `times` as many members like these are trained in
    all. Of `known` programs each member is given to the one that serves it in the least time.
    """
    order = {member.number: index for index, member in enumerate(members)}
    parts = _by(lambda member: id(serving(member, known)), members).values() if known else [members]
    divided = [group for part in parts for kin, block in _kin(part) for group in _divided(kin, block, times)]
    sorted_each = [sorted(group, key=lambda member: order[member.number]) for group in divided]
    return sorted(sorted_each, key=lambda group: order[group[0].number])


def _kin(members: Sequence[Member]) -> Iterator[tuple[Sequence[Member], Block | None]]:
    """Yield members that could share a program, and the block of which they have different numbers."""
    near: dict[Hashable, list[list[Member]]] = {}
    for kind, kin in _by(kind_of, members).items():
        # Where not all of them can be of another depth, they stay together as they are.
        free = {kind_of_any_depth(member) for member in kin}
        near.setdefault(free.pop() if len(free) == 1 else kind, []).append(kin)
    for kins in near.values():
        together = [member for kin in kins for member in kin]
        block = shared_block([alone(member.plan) for member in together]) if len(kins) > 1 else None
        yield from [(together, block)] if block else [(kin, None) for kin in kins]


def _by(kind: Callable[[Member], Hashable], members: Sequence[Member]) -> dict[Hashable, list[Member]]:
    found: dict[Hashable, list[Member]] = {}
    for member in members:
        found.setdefault(kind(member), []).append(member)
    return found


@dataclass(frozen=True, eq=False)
class _Share:
    """Members that may get a program, what room they need, and how long their products take in it."""

    members: tuple[Member, ...]
    needs: Needs
    seconds: float


def _divided(kin: Sequence[Member], block: Block | None, times: float) -> list[tuple[Member, ...]]:
    """Return members that could share a program, divided into groups that are worth one each."""
    plan = alone(kin[0].plan)

    def share(members: tuple[Member, ...], needs: Needs) -> _Share:
        return _Share(members, needs, needs.seconds(plan, block))

    def lost(one: _Share, other: _Share) -> float:
        needs = one.needs + other.needs
        return needs.seconds(plan, block) - one.seconds - other.seconds if needs.near else float("inf")

    def alike(member: Member) -> Hashable:
        own = needs_of(member, block)
        return tuple(map(room, own.rooms)), own.blocks, own.batch

    found = [share(tuple(group), _roomy(all_needs(group, block))) for group in _by(alike, kin).values()]
    losses = {frozenset(pair): lost(*pair) for pair in combinations(found, 2)}
    while losses:
        pair = min(losses, key=losses.__getitem__)
        # A process keeps no more than 64 programs of all kinds.
        if times * losses[pair] > COMPILE_SECONDS and (len(found) <= _MOST or losses[pair] == float("inf")):
            break
        one, other = pair
        both = share(one.members + other.members, one.needs + other.needs)
        found = [each for each in found if each not in pair]
        losses = {old: loss for old, loss in losses.items() if not old & pair}
        losses |= {frozenset((both, each)): lost(both, each) for each in found}
        found.append(both)
    return [one.members for one in found]


def _roomy(needs: Needs) -> Needs:
    return needs._replace(rooms=tuple(map(room, needs.rooms)))
