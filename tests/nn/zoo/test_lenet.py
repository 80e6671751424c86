"""LeNet-5 with its known number of parameters."""

from collections.abc import Callable

import pytest

from piste.nn.zoo.lenet import lenet


@pytest.mark.parametrize("side", [28, 32])
def test_parameters_of_the_literature(side: int, size: Callable[..., int]) -> None:
    assert size(lenet(10, (side, side, 1)), side, side, 1) == 61_706
    assert lenet(10, (side, side, 1)).output_shape((side, side, 1)) == (10,)
