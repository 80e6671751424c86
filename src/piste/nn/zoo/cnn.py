"""A small modern convolutional network for pictures of any size from 4x4 up."""

from piste.nn.activations import Activation
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.pooling import GlobalAveragePool, MaxPool
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten

_FLAT = 4096  # values up to which the last feature maps go into the dense layer as they are


def cnn(
    outputs: int,
    shape: tuple[int, int, int],
    hidden: tuple[int, ...] = (32, 64, 128),
    *,
    activation: str = "relu",
    dropout: float = 0.0,
    batch_norm: bool = True,
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return stages of Conv 3x3, halving, batch norm and activation, one per width in `hidden`, then the head.

    `shape` is (height, width, channels). Halving stops where the maps would become smaller than 3x3. It comes right
    after the sums, so that everything after it costs a quarter; the largest of increasing functions of some
    values is the function of the largest, so the activation may as well follow.
    """
    layers: list[Layer] = list(inputs)
    side = min(shape[:2])
    area = shape[0] * shape[1]
    for units in hidden:
        layers.append(Conv2D(units))
        if side >= 6:
            layers.append(MaxPool())
            side, area = side // 2, area // 4
        layers.extend([BatchNorm()] if batch_norm else [])
        layers.append(Activation(activation))
    layers.append(Flatten() if area * hidden[-1] <= _FLAT else GlobalAveragePool())
    layers.extend([Dropout(1.0 - dropout)] if dropout else [])
    return Sequential((*layers, Dense(outputs, initialiser="small_normal")))
