"""VGG networks with their known numbers of parameters (torchvision's tables)."""

from collections.abc import Callable

import pytest

from piste.core.errors import SettingError
from piste.nn.zoo.vgg import vgg


@pytest.mark.parametrize(
    ("depth", "batch_norm", "parameters"),
    [
        (11, False, 132_863_336),
        (13, False, 133_047_848),
        (16, False, 138_357_544),
        (19, False, 143_667_240),
        (16, True, 138_365_992 - 4_224),
    ],
)
def test_parameters_of_the_literature(depth: int, batch_norm: bool, parameters: int, size: Callable[..., int]) -> None:
    # With batch norm torchvision keeps the 4,224 biases of the convolutions, which beta makes redundant.
    assert size(vgg(1000, depth, batch_norm=batch_norm), 224, 224, 3) == parameters


def test_small_pictures_with_small_heads() -> None:
    assert vgg(10, 11, width=8, hidden=(32,), batch_norm=True).output_shape((32, 32, 3)) == (10,)


def test_an_unknown_depth_is_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"a depth of 11, 13, 16, 19\. Got 12 instead"):
        vgg(10, 12)
