import jax
import numpy as np
import pytest

from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.normalisation import BatchNorm
from piste.nn.resolve import resolve
from piste.nn.zoo.mlp import mlp


def test_the_order_is_sum_normalisation_activation_dropout() -> None:
    model = mlp(3, (8,), dropout=0.2)
    kinds = [type(layer) for layer in model.layers]
    assert kinds == [Dense, BatchNorm, Activation, Dropout, Dense]
    assert model.layers[3] == Dropout(0.8)  # the share that is kept


@pytest.mark.parametrize(("hidden", "count"), [((), 10 * 3 + 3), ((8,), 10 * 8 + 2 * 8 + 8 * 3 + 3)])
def test_parameters_are_counted_by_hand(hidden: tuple[int, ...], count: int) -> None:
    parameters = resolve(mlp(3, hidden)).init(jax.random.key(0), (10,))
    assert sum(np.size(leaf) for leaf in jax.tree.leaves(parameters)) == count


def test_pictures_are_flattened() -> None:
    assert mlp(2, (4,), flatten=True).output_shape((5, 5, 3)) == (2,)
