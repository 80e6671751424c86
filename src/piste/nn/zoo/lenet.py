"""LeNet-5, the first convolutional network to read the world's cheques."""

from piste.nn.activations import Activation
from piste.nn.convolution import Conv2D
from piste.nn.dense import Dense
from piste.nn.layer import Layer
from piste.nn.pooling import AveragePool
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten


def lenet(
    outputs: int = 10,
    shape: tuple[int, ...] = (28, 28, 1),
    *,
    activation: str = "tanh",
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return LeNet-5 (LeCun et al. 1998, fig. 2) for pictures of `shape` (height, width, channels).

    Pictures below 32x32 are padded at the first convolution, as the authors padded MNIST. Every map sees all maps
    before it, and the output is a plain dense layer: 61,706 parameters for ten classes of 28x28 or 32x32 grey.
    """
    return Sequential(
        (
            *inputs,
            Conv2D(6, 5, padding="same" if min(shape[:2]) < 32 else "valid"),
            Activation(activation),
            AveragePool(),
            Conv2D(16, 5, padding="valid"),
            Activation(activation),
            AveragePool(),
            Flatten(),
            Dense(120),
            Activation(activation),
            Dense(84),
            Activation(activation),
            Dense(outputs, initialiser="small_normal"),
        )
    )
