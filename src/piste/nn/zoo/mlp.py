"""The multi-layer perceptron: dense layers with a non-linearity between them."""

from piste.nn.activations import Activation
from piste.nn.dense import Dense
from piste.nn.dropout import Dropout
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten


def mlp(
    outputs: int,
    hidden: tuple[int, ...] = (256, 256),
    *,
    activation: str = "relu",
    dropout: float = 0.0,
    batch_norm: bool = True,
    flatten: bool = False,
    inputs: tuple[Layer, ...] = (),
) -> Sequential:
    """Return `inputs`, then for each width in `hidden`: Dense, batch norm, activation, dropout; then the head.

    No hidden width at all gives softmax or linear regression. `dropout` is the share of units silenced.
    """
    layers: list[Layer] = [*inputs, *([Flatten()] if flatten else [])]
    for units in hidden:
        layers.append(Dense(units))
        layers.extend([BatchNorm()] if batch_norm else [])
        layers.append(Activation(activation))
        layers.extend([Dropout(1.0 - dropout)] if dropout else [])
    return Sequential((*layers, Dense(outputs, initialiser="small_normal")))
