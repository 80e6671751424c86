"""The multiplications of one example, counted by hand."""

from tests.train.population.trials import plan

from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.normalisation import LayerNorm
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten
from piste.nn.zoo.mlp import mlp
from piste.nn.zoo.recurrent import recurrent
from piste.train.population.costs import multiplications


def test_products_of_free_widths_are_those_of_their_rooms() -> None:
    assert multiplications(plan(mlp(3, (8, 4)))) == 6 * 8 + 8 * 4 + 4 * 3
    assert multiplications(plan(mlp(3, (8, 4))), (12, 8)) == 6 * 12 + 12 * 8 + 8 * 3


def test_products_of_other_networks_are_counted_in_their_trace() -> None:
    assert multiplications(plan(Sequential((Dense(4), LayerNorm(), Dense(3))))) == 6 * 4 + 4 * 3
    pictures = Sequential((Conv2D(5), LayerNorm(), Flatten(), Dense(3)))
    found = multiplications(plan(pictures, (6, 6, 2)))
    # The products of a convolution are made in pieces, of which some are padded.
    assert 36 * 9 * 2 * 5 + 180 * 3 <= found <= 3 * (36 * 9 * 2 * 5 + 180 * 3)
    steps, features, units = 7, 2, 5
    assert multiplications(plan(recurrent(3, (units,), "rnn"), (steps, features))) == (
        steps * (features * units + units * units) + units * 3
    )
