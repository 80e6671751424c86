"""Members with batches of several sizes, filled up to the largest, beside the same trials alone."""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import pytest
from tests.train.population.trials import assert_equal_to_alone, effort, plan, trained

from piste.core.errors import SettingError
from piste.nn.activations import Activation
from piste.nn.augment.flip import Flip
from piste.nn.augment.mixing import Mixup
from piste.nn.augment.noise import Noise
from piste.nn.augment.scale import Scale
from piste.nn.augment.shift import Shift
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.dropout import ChannelDropout
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.pooling import MaxPool
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten
from piste.nn.zoo.mlp import mlp
from piste.nn.zoo.recurrent import recurrent
from piste.train.averaging import Averaging
from piste.train.optimisers import Optimiser
from piste.train.population import Member, groups
from piste.train.population.batches import can_be_filled
from piste.train.population.blocks import pace_of

MOMENTUM = Optimiser("momentum")
NORMED = Sequential((Conv2D(4), BatchNorm(), Activation("relu"), ChannelDropout(0.8), MaxPool(), Flatten(), Dense(3)))


def two(model: Layer, sizes: tuple[int, int], shape: tuple[int, ...] = (6,), **settings: Any) -> list[Member]:
    """Two trials that differ in the batch size alone, as long as it takes for 50 steps."""
    own = plan(model, shape, **{"optimiser": MOMENTUM, **settings})
    return [Member(number, own, effort(epochs=16, batch_size=size), 3) for number, size in enumerate(sizes)]


@pytest.mark.parametrize(
    ("model", "shape", "settings"),
    [
        pytest.param(mlp(3, (8,), dropout=0.2, batch_norm=False), (6,), {"augment": (Noise(0.2),)}, id="in step"),
        pytest.param(mlp(3, (8,), dropout=0.2), (6,), {"averaging": Averaging("ema", 0.9)}, id="batch norm, averaged"),
        pytest.param(NORMED, (6, 6, 2), {"augment": (Flip(), Scale(0.2))}, id="pictures"),
        pytest.param(recurrent(3, (5,), dropout=0.1), (7, 2), {"optimiser": Optimiser("adamw", 0.1)}, id="recurrent"),
    ],
)
@pytest.mark.parametrize("sizes", [(40, 25), (20, 40)])
def test_each_equals_the_same_trial_alone(
    model: Layer, shape: tuple[int, ...], settings: dict[str, Any], sizes: tuple[int, int]
) -> None:
    members = two(model, sizes, shape, **settings)
    assert len(groups(members)) == 1
    made = trained(members, shape)
    for member in members:
        assert_equal_to_alone(made, member, shape)


def test_tiny_networks_go_side_by_side_though_their_rounds_differ() -> None:
    made = trained(two(mlp(3, (8,), batch_norm=False), (40, 25)))
    (group,) = made._groups
    courses = [course for block in group.blocks for course in block.courses if course]
    assert {course.line.steps for course in courses} == {4, 6}
    assert pace_of(group.program.template, courses) == "unevenly"


def test_a_batch_of_more_than_all_examples_is_one_of_all() -> None:
    members = two(mlp(3, (8,), batch_norm=False), (300, 155))
    made = trained(
        [
            Member(one.number, one.plan, effort(epochs=60, batch_size=s), 3)
            for one, s in zip(members, (300, 155), strict=True)
        ]
    )
    (group,) = made._groups
    assert group._sizes.batch == 160
    for number in (0, 1):
        assert made.fitted(number).record.steps == 60


def test_only_batches_within_a_factor_of_two_share_a_program() -> None:
    own = plan(mlp(3, (8,)))
    sizes = (8, 16, 17, 32, 64)
    members = [Member(number, own, effort(epochs=1, batch_size=size), 0) for number, size in enumerate(sizes)]
    found = [[sizes[one.number] for one in group] for group in groups(members)]
    assert sorted(size for group in found for size in group) == sorted(sizes)
    assert all(max(group) <= 2 * min(group) for group in found)
    assert len(found) <= 3


@dataclass(frozen=True)
class Mine(Layer):
    """A layer of one's own, which may look across the batch."""

    def __call__(self, parameters: Any, inputs: Any, context: Any) -> Any:
        return inputs - jnp.mean(inputs, 0)


def test_what_looks_across_the_batch_needs_batches_of_one_size() -> None:
    network = mlp(3, (8,))
    assert can_be_filled(plan(network))
    assert can_be_filled(plan(NORMED, (6, 6, 2), augment=(Noise(0.1), Flip("vertical"))))
    assert not can_be_filled(plan(network, pieces=2))
    assert not can_be_filled(plan(network, augment=(Noise(0.1), Mixup(0.2, 3))))
    for across in (Shift(1), Flip("both"), Scale(0.1, "mean")):
        assert not can_be_filled(plan(NORMED, (6, 6, 2), augment=(across,)))
    assert not can_be_filled(plan(Sequential((*network.layers, Mine()))))
    members = two(Sequential((Mine(), Dense(3))), (40, 25))
    assert len(groups(members)) == 2


def test_who_takes_over_keeps_the_batch() -> None:
    members = two(mlp(3, (8,), batch_norm=False), (40, 25))
    made = trained(members)
    with pytest.raises(SettingError, match="batch size"):
        made.adopt(1, 0, members[1])
