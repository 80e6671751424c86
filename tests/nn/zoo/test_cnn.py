import pytest

from piste.nn.pooling import GlobalAveragePool, MaxPool
from piste.nn.shaping import Flatten
from piste.nn.zoo.cnn import cnn


@pytest.mark.parametrize("shape", [(4, 4, 1), (8, 8, 1), (28, 28, 1), (32, 32, 3), (17, 40, 3), (160, 160, 1)])
def test_pictures_of_any_size_give_the_outputs(shape: tuple[int, int, int]) -> None:
    assert cnn(7, shape, (4, 8, 8)).output_shape(shape) == (7,)


def test_maps_are_never_pooled_below_three_by_three() -> None:
    model = cnn(2, (8, 8, 1), (4, 4, 4, 4))
    assert sum(isinstance(layer, MaxPool) for layer in model.layers) == 1


@pytest.mark.parametrize(("side", "end"), [(16, Flatten), (160, GlobalAveragePool)])
def test_large_maps_are_averaged_before_the_head(side: int, end: type) -> None:
    layers = cnn(2, (side, side, 1), (8, 16)).layers
    assert any(isinstance(layer, end) for layer in layers)
