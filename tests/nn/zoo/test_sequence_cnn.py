from collections.abc import Callable

import pytest

from piste.nn.pooling import GlobalAveragePool, MaxPool
from piste.nn.ragged import Ragged
from piste.nn.zoo.sequence_cnn import sequence_cnn


def test_the_network_for_mnist_1d_can_be_said_in_settings(size: Callable[..., int]) -> None:
    # Greydanus & Kobak 2024 count 5,210 weights.
    model = sequence_cnn(10, 40, (25, 25, 25), (5, 3, 3), stride=2, batch_norm=False)
    assert size(model, 40, 1) == 5_210


@pytest.mark.parametrize("steps", [1, 2, 5, 6, 40, 1000])
@pytest.mark.parametrize("stride", [1, 3])
@pytest.mark.parametrize("inputs", [(), (Ragged(),)])
def test_sequences_of_any_length_give_the_outputs(steps: int, stride: int, inputs: tuple[Ragged, ...]) -> None:
    model = sequence_cnn(7, steps, (4, 8, 8), (4, 3), stride=stride, inputs=inputs)
    assert model.output_shape((steps, 2)) == (7,)


def test_what_is_left_is_averaged_where_it_is_ragged_or_long() -> None:
    def averaged(steps: int, inputs: tuple[Ragged, ...]) -> bool:
        layers = sequence_cnn(2, steps, (64, 64), inputs=inputs).layers
        return any(isinstance(layer, GlobalAveragePool) for layer in layers)

    assert (averaged(40, ()), averaged(40, (Ragged(),)), averaged(4000, ())) == (False, True, True)


def test_nothing_is_pooled_below_three_steps() -> None:
    layers = sequence_cnn(2, 12, (4, 4, 4, 4)).layers
    assert sum(isinstance(layer, MaxPool) for layer in layers) == 2
