from operator import le
from typing import Any

import numpy as np
from tests.train.population.trials import effort, plan

from piste.nn.zoo.mlp import mlp
from piste.nn.zoo.transformer import transformer_encoder
from piste.train.optimisers import Optimiser
from piste.train.plan import Plan
from piste.train.population import Member, groups, programs_by_kind
from piste.train.population.kinds import kind_of, program_for
from piste.train.population.widths import widths_of


def numbers(members: list[Member]) -> list[list[int]]:
    return [[member.number for member in group] for group in groups(members)]


def members(plans: list[Plan], **more: Any) -> list[Member]:
    return [Member(number, own, effort(**more), number) for number, own in enumerate(plans)]


def drawn(number: int, hidden: int = 1, highest: int = 128) -> Plan:
    generator = np.random.default_rng(number)
    widths = tuple(int(width) for width in generator.integers(16, highest + 1, hidden))
    share = float(generator.uniform())
    optimiser = Optimiser("adamw", 0.1 * share, clip=share, beta2=0.9 + 0.09 * share)
    activation = ("relu", "tanh", "gelu")[number % 3]
    return plan(
        mlp(10, widths, dropout=0.1 + 0.4 * share, activation=activation, batch_norm=False), (64,), optimiser=optimiser
    )


def test_trials_that_differ_in_knobs_and_width_need_few_programs() -> None:
    assert len(numbers(members([drawn(number) for number in range(100)], epochs=1))) == 1
    assert len(numbers(members([drawn(number, 2, 512) for number in range(60)], epochs=1))) <= 2


def test_more_programs_are_made_where_multiplying_zeros_would_take_longer() -> None:
    plans = [drawn(number, 2, 1024) for number in range(40)]
    few, many = numbers(members(plans, epochs=1)), numbers(members(plans, epochs=20_000))
    assert len(few) < len(many) <= 16
    assert sorted(number for group in many for number in group) == list(range(40))


def test_what_is_no_knob_divides() -> None:
    one = drawn(0)
    plans = [one, drawn(1), plan(mlp(10, (16, 16)), (64,)), plan(mlp(10, (16,)), (64,), optimiser=Optimiser("sgd"))]
    assert numbers(members(plans)) == [[0, 1], [2], [3]]
    assert numbers([Member(0, one, effort(batch_size=32), 0), Member(1, one, effort(batch_size=65), 0)]) == [[0], [1]]
    assert numbers([Member(0, one, effort(epochs=3), 0), Member(1, one, effort(epochs=9, rate=1.0), 7)]) == [[0, 1]]


def test_widths_of_networks_that_look_at_all_units_at_once_divide() -> None:
    wide = [plan(transformer_encoder(3, width=width, heads=2), (9, 4)) for width in (8, 12)]
    assert numbers(members(wide)) == [[0], [1]]
    by_tensor = [plan(mlp(3, (width,)), optimiser=Optimiser("lamb")) for width in (8, 12)]
    assert numbers(members(by_tensor)) == [[0], [1]]


def test_more_programs_are_worth_it_where_more_members_follow() -> None:
    first = members([drawn(number, 2, 256) for number in range(40)], epochs=100)
    counts = [len(groups(first, times=times)) for times in (1, 10, 100)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]


def test_each_member_is_given_to_the_known_program_that_serves_it_in_the_least_time() -> None:
    first = members([drawn(number, 2, 256) for number in range(40)], epochs=100)
    known = programs_by_kind(groups(first, times=100))
    rooms = sorted(program.rooms or () for programs in known.values() for program in programs)
    assert len(rooms) > 2
    later = members([drawn(number, 2, 256) for number in range(40, 60)], epochs=100)
    divided = groups(later, known)
    assert sorted(member.number for group in divided for member in group) == list(range(20))
    for group in divided:
        program = program_for(group, known)
        assert program.rooms in rooms
        for member in group:
            own = widths_of(member.plan) or ()
            fitting = [one for one in rooms if all(map(le, own, one))]
            assert program.rooms == min(fitting, key=lambda one: 64 * one[0] + one[0] * one[1] + 10 * one[1])


def test_members_that_need_far_less_than_the_known_program_get_their_own() -> None:
    known = programs_by_kind([members([drawn(number, 2, 1024) for number in range(20)], epochs=1)])
    small = members([drawn(number, 2, 32) for number in range(20)], epochs=20_000)
    (group,) = groups(small, known)
    assert max(program_for(group, known).rooms or ()) <= 32


def test_a_program_serves_later_members_that_fit_it() -> None:
    early = members([drawn(number) for number in range(20)])
    first, known = program_for(early), programs_by_kind([early])
    assert first.rooms == (128,)
    assert program_for(members([drawn(21)]), known) == first
    assert program_for(members([drawn(22), drawn(23)]), known) == first
    other = members([plan(mlp(10, (16,)), (64,))])
    assert kind_of(other[0]) != kind_of(members([drawn(0)])[0])
    assert program_for(other, known) != first
