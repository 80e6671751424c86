"""VGG: nothing but small convolutions, many of them."""

from piste.core.errors import SettingError
from piste.nn.activations import Activation
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.pooling import MaxPool
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten

# Convolutions before each of the five halvings, by depth (configurations A, B, D and E).
_STAGES = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}


def vgg(
    outputs: int,
    depth: int = 16,
    *,
    width: int = 64,
    hidden: tuple[int, ...] = (4096, 4096),
    batch_norm: bool = False,
    dropout: float = 0.5,
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return the VGG network of `depth` 11, 13, 16 or 19 layers with weights (Simonyan & Zisserman 2015, table 1).

    Pictures of at least 32x32; stages of `width` x 1, 2, 4, 8, 8 maps. For small pictures take small `hidden` layers
    and `batch_norm`, which the authors did not have. `dropout` is the share of hidden units silenced.
    """
    if depth not in _STAGES:
        raise SettingError(f"A VGG network has a depth of {', '.join(map(str, _STAGES))}. Got {depth!r} instead.")
    layers: list[Layer] = list(inputs)
    for stage, convolutions in enumerate(_STAGES[depth]):
        for _ in range(convolutions):
            layers.append(Conv2D(width * 2 ** min(stage, 3), bias=not batch_norm))
            layers.extend([BatchNorm()] if batch_norm else [])
            layers.append(Activation("relu"))
        layers.append(MaxPool())
    layers.append(Flatten())
    for units in hidden:
        layers += [Dense(units), Activation("relu"), *([Dropout(1.0 - dropout)] if dropout else [])]
    return Sequential((*layers, Dense(outputs, initialiser="small_normal")))
