"""Residual networks: the nets that showed depth to pay, and their plain twins that show why."""

from piste.core.errors import SettingError
from piste.nn.activations import Activation
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.pooling import GlobalAveragePool, MaxPool
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential

# Blocks per stage, by depth; from 50 on blocks of three convolutions.
_STAGES = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
_RELU = Activation("relu")


def resnet(
    outputs: int,
    depth: int = 18,
    *,
    width: int = 64,
    small: bool = False,
    residual: bool = True,
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return the residual network of `depth` 18, 34, 50, 101 or 152 (He et al. 2016, table 1).

    Stages of `width` x 1, 2, 4, 8 maps (x 4 more from depth 50 on). `small` replaces the first 7x7 convolution and
    pooling, made for pictures of 224x224, by one 3x3 convolution, for pictures of about 32x32. Strides stand in the
    3x3 convolutions. Without `residual` the shortcuts are left out: the plain network that does not train when deep.
    """
    if depth not in _STAGES:
        raise SettingError(f"A ResNet has a depth of {', '.join(map(str, _STAGES))}. Got {depth!r} instead.")
    if small:
        layers: list[Layer] = [*inputs, *_convolution(width, 3), _RELU]
    else:
        layers = [*inputs, *_convolution(width, 7, 2, 3), _RELU, MaxPool(3, 2, 1)]
    maps = width
    for stage, blocks in enumerate(_STAGES[depth]):
        for block in range(blocks):
            stride = 2 if stage and not block else 1
            body, after = _basic(width << stage, stride) if depth < 50 else _bottleneck(width << stage, stride)
            layers += _joined(body, maps, after, stride, residual)
            maps = after
    return Sequential((*layers, GlobalAveragePool(), Dense(outputs, initialiser="small_normal")))


def small_resnet(
    outputs: int, depth: int = 20, *, width: int = 16, residual: bool = True, inputs: tuple[Layer, ...] = ()
) -> Sequential:
    """Return the residual network for 32x32 pictures of `depth` 6n + 2: 20, 32, 44, 56, 110 (He et al. 2016, sec. 4.2).

    Three stages of n blocks with `width` x 1, 2, 4 maps. Where maps shrink the shortcut is a 1x1 convolution (the
    authors' option B; they used A here, without weights). Without `residual`, the plain network.
    """
    if depth < 8 or (depth - 2) % 6:
        raise SettingError(
            f"A small ResNet has a depth of 6n + 2, such as 20, 32, 44, 56 or 110. Got {depth!r} instead."
        )
    layers: list[Layer] = [*inputs, *_convolution(width, 3), _RELU]
    maps = width
    for stage in range(3):
        for block in range((depth - 2) // 6):
            stride = 2 if stage and not block else 1
            body, after = _basic(width << stage, stride)
            layers += _joined(body, maps, after, stride, residual)
            maps = after
    return Sequential((*layers, GlobalAveragePool(), Dense(outputs, initialiser="small_normal")))


def _convolution(units: int, size: int, stride: int = 1, padding: int | None = None) -> tuple[Layer, ...]:
    # The padding is the same on both sides, as in the original, where "same" would add the odd place after.
    edge = size // 2 if padding is None else padding
    return Conv2D(units, size, stride, edge, bias=False, initialiser="he_normal"), BatchNorm()


def _basic(units: int, stride: int) -> tuple[tuple[Layer, ...], int]:
    return (*_convolution(units, 3, stride), _RELU, *_convolution(units, 3)), units


def _bottleneck(units: int, stride: int) -> tuple[tuple[Layer, ...], int]:
    wide = 4 * units
    return (*_convolution(units, 1), _RELU, *_convolution(units, 3, stride), _RELU, *_convolution(wide, 1)), wide


def _joined(body: tuple[Layer, ...], before: int, after: int, stride: int, residual: bool) -> list[Layer]:
    """Return the block: the body, its shortcut where `residual`, and the activation after the sum."""
    if not residual:
        return [*body, _RELU]
    changes = before != after or stride > 1
    shortcut = Sequential(_convolution(after, 1, stride)) if changes else None
    return [Residual(Sequential(body), shortcut), _RELU]
