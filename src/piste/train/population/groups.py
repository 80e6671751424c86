"""Which members share a program."""

import dataclasses
from collections.abc import Hashable, Sequence

from piste.train.plan import Plan
from piste.train.population.member import Member
from piste.train.population.templates import outline_of, row_of, template_of

_known: dict[Hashable, list[Plan]] = {}  # templates of this process by what they have in common, the newest first
_MOST = 16  # templates of one kind that are remembered


def groups(members: Sequence[Member]) -> list[list[Member]]:
    """Return the members divided into those that share a program, in the order of their first members."""
    found: dict[Hashable, list[Member]] = {}
    for member in members:
        found.setdefault(kind_of(member), []).append(member)
    return list(found.values())


def kind_of(member: Member) -> Hashable:
    """Return what members must have in common to share a program."""
    return outline_of(alone(member.plan)), member.effort.batch_size


def alone(plan: Plan) -> Plan:
    """Return the plan for one device: a population divides its members among devices, not their batches."""
    return plan if plan.devices == 1 else dataclasses.replace(plan, devices=1)


def template_for(members: Sequence[Member]) -> Plan:
    """Return a template that all `members`, of one group, can be made of: one used before where there is one."""
    plans = [alone(member.plan) for member in members]
    known = _known.setdefault(kind_of(members[0]), [])
    for template in known:
        if all(row_of(template, plan) is not None for plan in plans):
            return template
    template = template_of(plans)
    known.insert(0, template)
    del known[_MOST:]
    return template
