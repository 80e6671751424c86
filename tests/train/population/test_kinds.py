"""Programs that serve members of several batch sizes and depths, and those that come later."""

import numpy as np
import pytest
from tests.train.population.trials import effort, plan

from piste.nn.zoo.mlp import mlp
from piste.train.population import Member, programs_by_kind
from piste.train.population.kinds import kind_of, kind_of_any_depth, program_for, room


def member(count: int = 1, batch_size: int = 32, width: int = 9, steps: int = 1) -> Member:
    own = plan(mlp(3, (width,) * count, dropout=0.1))
    return Member(0, own, effort(epochs=steps, batch_size=batch_size), 0)


def test_batches_of_one_size_are_not_filled_up() -> None:
    program = program_for([member(), member()])
    assert not program.filled
    assert program.row(member(batch_size=31)) is None
    assert program.row(member()) is not None


def test_a_program_for_several_sizes_serves_those_down_to_half_the_largest() -> None:
    first = [member(batch_size=50), member(batch_size=40)]
    program = program_for(first)
    assert program.filled
    assert program.batch == 50
    fitting = [size for size in (24, 25, 33, 50, 51) if program.row(member(batch_size=size)) is not None]
    assert fitting == [25, 33, 50]
    assert program_for([member(batch_size=45)], programs_by_kind([first])) == program


def test_a_program_for_several_depths_serves_those_up_to_the_deepest() -> None:
    first = [member(1, width=11), member(3, width=9)]
    program = program_for(first)
    assert program.blocks == 3
    assert program.rooms == (12, 12, 12)
    fitting = [count for count in (1, 2, 3, 4) if program.row(member(count, width=12)) is not None]
    assert fitting == [1, 2, 3]
    assert program_for([member(2, width=7)], programs_by_kind([first])) == program
    assert program.row(member(2, width=13)) is None


def test_what_makes_a_program_too_dear_is_the_arithmetic_that_counts_for_nothing() -> None:
    first = [member(1, width=500), member(4, width=600)]
    large, known = program_for(first), programs_by_kind([first])
    assert program_for([member(2, width=500)], known) == large
    assert program_for([member(1, width=40, steps=40_000)], known) != large


def test_what_was_trained_before_makes_no_difference() -> None:
    members = [member(2, width=7)]
    alone = program_for(members)
    program_for([member(1, width=11), member(3, width=9)])
    assert program_for(members) == alone


def test_groups_that_one_program_serves_make_one() -> None:
    groups = [[member(2, width=11)], [member(2, width=11)], [member(3, width=11)]]
    assert sum(len(programs) for programs in programs_by_kind(groups).values()) == 2


def test_depth_is_no_part_of_the_kind_of_any_depth() -> None:
    assert kind_of(member(1)) != kind_of(member(2))
    assert kind_of_any_depth(member(1)) == kind_of_any_depth(member(2)) == kind_of_any_depth(member(4, width=20))
    assert kind_of(member(2)) == kind_of(member(2, batch_size=64, width=5))


@pytest.mark.parametrize("width", [1, 8, 9, 13, 100, 129])
def test_a_room_is_at_most_half_as_large_again(width: int) -> None:
    assert width <= room(width) <= max(8, np.ceil(1.5 * width))
