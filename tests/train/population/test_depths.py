"""Members of different depth in one program, beside the same trials alone."""

from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.train.population.trials import assert_equal_to_alone, effort, plan, trained

from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.layer import Layer
from piste.nn.sequential import Sequential
from piste.nn.zoo.cnn import cnn
from piste.nn.zoo.mlp import mlp
from piste.nn.zoo.recurrent import recurrent
from piste.nn.zoo.residual_mlp import residual_mlp
from piste.nn.zoo.transformer import transformer_encoder
from piste.train.optimisers import Optimiser
from piste.train.population import Member, groups
from piste.train.population.depths import Block, block_of, deepened, depth_of, once, repeated, shared_block
from piste.train.population.templates import example_of
from piste.train.population.widths import widths_of

MOMENTUM = Optimiser("momentum")


def hidden(width: int, count: int) -> Layer:
    return mlp(3, (width,) * count, dropout=0.2, activation="tanh")


def blocks(width: int, count: int) -> Layer:
    return residual_mlp(3, width, count, dropout=0.2)


def attending(_: int, count: int) -> Layer:
    return transformer_encoder(3, width=8, blocks=count, heads=2, dropout=0.2)


def remembering(_: int, count: int) -> Layer:
    return recurrent(3, (5,) * (count + 1), "rnn", dropout=0.1)


@pytest.mark.parametrize(
    ("network", "shape", "sizes"),
    [
        pytest.param(hidden, (6,), [(7, 1), (7, 3), (5, 2)], id="hidden"),
        pytest.param(blocks, (6,), [(8, 1), (8, 3)], id="blocks", marks=pytest.mark.slow),
        pytest.param(attending, (5, 4), [(8, 1), (8, 2)], id="attending", marks=pytest.mark.slow),
        pytest.param(remembering, (7, 2), [(5, 1), (5, 3)], id="remembering", marks=pytest.mark.slow),
    ],
)
def test_each_equals_the_same_trial_alone(network: Any, shape: tuple[int, ...], sizes: list[tuple[int, int]]) -> None:
    plans = [plan(network(*own), shape, optimiser=MOMENTUM) for own in sizes]
    members = [Member(number, own, effort(), 5) for number, own in enumerate(plans)]
    assert len(groups(members)) == 1
    made = trained(members, shape)
    for member in members:
        assert_equal_to_alone(made, member, shape)


def test_blocks_that_do_not_count_neither_decay_nor_learn() -> None:
    optimiser = Optimiser("momentum", weight_decay=0.5, clip=0.5)
    plans = [plan(mlp(3, (8,) * count, batch_norm=False), optimiser=optimiser) for count in (1, 3)]
    members = [
        Member(number, own, effort(batch_size=size), 0)
        for number, (own, size) in enumerate(zip(plans, (32, 20), strict=True))
    ]
    made = trained(members)
    assert_equal_to_alone(made, members[0])
    group, block, place = made.place(0)
    layout = example_of(group.program.template).layout
    weights = layout.unpack(tuple(leaf[place] for leaf in block.carry.weights))
    for name in ("02_dense", "04_dense"):
        assert not any(np.any(leaf) for leaf in jax.tree.leaves(weights[name]))
    assert np.all(weights["00_dense"]["weight"])


def test_the_block_is_what_comes_again_and_again() -> None:
    assert block_of(plan(hidden(8, 3))) == Block(0, 4)
    assert block_of(plan(blocks(8, 3))) == Block(1, 1)
    assert block_of(plan(hidden(8, 1))) is None
    assert block_of(plan(mlp(3, (8, 4)))) is None
    assert depth_of(plan(hidden(8, 2)), Block(0, 4)) == 2
    assert depth_of(plan(hidden(8, 1)), Block(0, 4)) == 1
    pooled = plan(cnn(3, (12, 12, 1), (4,)), (12, 12, 1))
    assert depth_of(pooled, Block(0, 4)) == 0  # one left out would leave the pictures larger
    assert block_of(plan(hidden(8, 3), optimiser=Optimiser("lamb"))) is None


def test_pictures_that_shrink_from_stage_to_stage_have_no_block() -> None:
    assert block_of(plan(cnn(3, (12, 12, 1), (4, 4)), (12, 12, 1))) is None
    assert block_of(plan(cnn(3, (5, 5, 1), (4, 4)), (5, 5, 1))) == Block(0, 3)


def test_who_is_not_alike_in_all_but_depth_has_a_program_of_its_own() -> None:
    plans = [plan(hidden(8, 2)), plan(mlp(3, (8, 6, 8), dropout=0.2, activation="tanh")), plan(blocks(8, 2))]
    found = groups([Member(number, own, effort(epochs=1), 0) for number, own in enumerate(plans)])
    assert len(found) == 3
    assert shared_block(plans) is None
    uneven = Sequential((Dense(4), Activation("relu"), Dense(4), Activation("relu"), Dense(3)))
    assert shared_block([plan(uneven), plan(mlp(3, (4,), batch_norm=False))]) == Block(0, 2)


def test_where_some_networks_of_a_depth_are_uneven_depth_divides() -> None:
    shapes = [(8, 8), (8, 6), (8, 8, 8)]
    members = [Member(number, plan(mlp(3, own)), effort(epochs=1), 0) for number, own in enumerate(shapes)]
    assert [[one.number for one in group] for group in groups(members)] == [[0, 1], [2]]


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 4), st.integers(1, 9), st.integers(0, 3), st.sampled_from([hidden, blocks]))
def test_room_changes_nothing_of_what_is_drawn(count: int, width: int, more: int, network: Any) -> None:
    own = plan(network(width, count))
    block = Block(0, 4) if network is hidden else Block(1, 1)
    roomy = deepened(own, block, count + more)
    key, shape = jax.random.key(1), (6,)
    drawn = [np.asarray(leaf) for leaf in jax.tree.leaves(own.model.init(key, shape))]
    found = [np.asarray(leaf) for leaf in jax.tree.leaves(roomy.model.init(key, shape)) if np.any(leaf)]
    assert sum(map(np.count_nonzero, drawn)) == sum(map(np.count_nonzero, found))
    for leaf, other in zip([one for one in drawn if np.any(one)], found, strict=True):
        np.testing.assert_array_equal(leaf, other)
    assert depth_of(once(own, block), block) == 1
    single = widths_of(once(own, block))
    assert single is not None
    assert repeated(once(own, block), block, single, count + more) == widths_of(roomy)
