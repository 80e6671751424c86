"""A small convolutional network for sequences of numbers."""

from piste.nn.activations import Activation
from piste.nn.convolution import Conv1D
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.pooling import GlobalAveragePool, MaxPool
from piste.nn.ragged import Ragged
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten

_FLAT = 4096  # values up to which the last features go into the dense layer as they are


def sequence_cnn(
    outputs: int,
    steps: int,
    hidden: tuple[int, ...] = (32, 64, 128),
    sizes: tuple[int, ...] = (5,),
    *,
    stride: int = 1,
    activation: str = "relu",
    dropout: float = 0.0,
    batch_norm: bool = True,
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return stages of convolution, halving, batch norm and activation, one per width in `hidden`, then the head.

    For sequences (T, F) of `steps`. The windows of stage i are `sizes[i]` steps long, the last size counting for all
    further stages. With a `stride` of 1 each stage ends in max pooling by 2, as long as 6 steps are left; with a larger
    one the windows themselves are that far apart and nothing is pooled. The head sees every place of what is left, or,
    for sequences of unequal length (`inputs` has a `Ragged`) and very long ones, the mean over the places.

    Hidden widths 25, 25, 25, sizes 5, 3, 3, stride 2 and no batch norm is the network of Greydanus & Kobak 2024 for
    MNIST-1D, with 5,210 weights, but for one step of zeros more at each end of the inputs.
    """
    ragged = any(isinstance(layer, Ragged) for layer in inputs)
    layers: list[Layer] = list(inputs)
    for index, units in enumerate(hidden):
        size = sizes[min(index, len(sizes) - 1)]
        # With strides, "same" would move all windows by a step when a sequence is filled up to an odd length.
        layers.append(Conv1D(units, size, stride, "same" if stride == 1 else size // 2))
        if stride == 1 and steps >= 6:
            layers.append(MaxPool(padding="same" if ragged else "valid"))
            steps = -(-steps // 2) if ragged else steps // 2
        steps = -(-steps // stride)
        layers.extend([BatchNorm()] if batch_norm else [])
        layers.append(Activation(activation))
    layers.append(GlobalAveragePool() if ragged or steps * hidden[-1] > _FLAT else Flatten())
    layers.extend([Dropout(1.0 - dropout)] if dropout else [])
    return Sequential((*layers, Dense(outputs, initialiser="small_normal")))
