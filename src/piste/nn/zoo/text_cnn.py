"""A convolutional network for text: windows of a few words, wherever they stand."""

from piste.nn.activations import Activation
from piste.nn.branches import Concatenate
from piste.nn.convolution import Conv1D
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.embedding import Embedding
from piste.nn.layer import Layer
from piste.nn.pooling import GlobalMaxPool
from piste.nn.sequential import Sequential


def text_cnn(
    outputs: int,
    tokens: int,
    *,
    width: int = 128,
    sizes: tuple[int, ...] = (3, 4, 5),
    units: int = 100,
    dropout: float = 0.5,
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return the network of Kim 2014: tokens (T,), 0 for padding, to `units` windows of each of `sizes` words.

    Windows may reach over the ends, so that texts shorter than a window can be read too. `dropout` is the share of
    features silenced before the head.
    """
    windows = [Sequential((Conv1D(units, size), Activation("relu"), GlobalMaxPool())) for size in sizes]
    silenced = (Dropout(1.0 - dropout),) if dropout else ()
    head = (*silenced, Dense(outputs, initialiser="small_normal"))
    return Sequential((*inputs, Embedding(tokens, width, padding=0, deviation=0.1), Concatenate(tuple(windows)), *head))
