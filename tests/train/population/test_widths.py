import jax
import numpy as np
import pytest
from tests.train.population.trials import alone, assert_equal_to_alone, effort, plan, trained

from piste.nn.activations import Activation
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.dropout import ChannelDropout, Dropout
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm, LayerNorm
from piste.nn.pooling import MaxPool
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten
from piste.nn.zoo.mlp import mlp
from piste.nn.zoo.residual_mlp import residual_mlp
from piste.train.optimisers import Optimiser
from piste.train.population import Member, groups
from piste.train.population.widths import padded, widths_of


def table(*widths: int) -> Layer:
    return mlp(3, widths, dropout=0.2, activation="sigmoid")


def pictures(first: int, second: int) -> Layer:
    head = (Flatten(), Dropout(0.8), Dense(second, initialiser="glorot_uniform"), Activation("relu"), Dense(3))
    return Sequential((Conv2D(first), BatchNorm(), Activation("softplus"), ChannelDropout(0.7), MaxPool(), *head))


def residual(width: int, _: int) -> Layer:
    return residual_mlp(3, width, 1, dropout=0.2)


# Not Adam: it makes steps out of the rounding errors in the gradients of biases that batch norm cancels.
MOMENTUM = Optimiser("momentum")


@pytest.mark.parametrize(
    ("network", "shape"), [(table, (6,)), (pictures, (6, 6, 2)), pytest.param(residual, (6,), marks=pytest.mark.slow)]
)
def test_a_member_of_another_width_equals_the_same_trial_alone(network: object, shape: tuple[int, ...]) -> None:
    widths = [(12, 3), (7, 9)]
    plans = [plan(network(*own), shape, optimiser=MOMENTUM) for own in widths]  # type: ignore[operator]
    members = [Member(number, own, effort(), 5) for number, own in enumerate(plans)]
    assert len(groups(members)) == 1
    assert_equal_to_alone(trained(members, shape), members[1], shape)


def test_free_widths_are_those_between_layers_that_treat_units_alike() -> None:
    assert widths_of(plan(table(5, 7))) == (5, 7)
    assert widths_of(plan(pictures(4, 9), (6, 6, 2))) == (4, 9)
    assert widths_of(plan(residual(8, 0))) == (8, 16)
    assert widths_of(plan(mlp(3, ()))) is None
    assert widths_of(plan(Sequential((Dense(4), LayerNorm(), Dense(3))))) is None


def test_units_that_are_not_live_have_no_weights_and_give_zeros() -> None:
    own = plan(pictures(3, 5), (6, 6, 2))
    room = padded(own, (8, 16)).model
    key, shape = jax.random.key(0), (6, 6, 2)
    for leaf, live in zip(
        jax.tree.leaves(room.init(key, shape)), jax.tree.leaves(own.model.init(key, shape)), strict=True
    ):
        if leaf.ndim > 1:
            np.testing.assert_allclose(leaf[leaf != 0], live[live != 0], rtol=1e-5)


def test_what_is_fitted_has_the_members_own_shapes() -> None:
    members = [Member(number, plan(table(*own)), effort(epochs=1), 0) for number, own in enumerate([(12, 3), (7, 9)])]
    found = trained(members).fitted(1)
    shapes = jax.tree.map(np.shape, (found.parameters, found.state))
    expected = alone(members[1])
    assert shapes == jax.tree.map(np.shape, (expected.parameters, expected.state))
    assert found.record.parameters == expected.record.parameters
