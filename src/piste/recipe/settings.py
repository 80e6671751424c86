"""The settings of the network, and all settings of a run together."""

from dataclasses import dataclass
from typing import Annotated, Literal

from piste.core.settings import Range
from piste.data.settings import DataSettings
from piste.train.settings import TrainingSettings

ModelName = Literal["mlp", "cnn", "linear"]
ActivationName = Literal["relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid", "softplus", "mish"]
LossName = Literal["cross-entropy", "binary-cross-entropy", "squared-error", "huber"]


@dataclass(frozen=True)
class ModelSettings:
    """What the network is made of. What is left out is chosen from the data, and the choice is said.

    Attributes
    ----------
    model
        Kind of network: mlp for tables (and pictures, flattened), cnn for pictures, linear for no hidden layer.
    hidden
        Widths of the hidden layers, or of the stages of a cnn, with commas between.
    activation
        Non-linearity after each hidden layer.
    dropout
        Share of units silenced at random in each step of training.
    batch_norm
        Whether the sums of each hidden layer are normalised over the batch.
    bins
        Bins of the piecewise-linear encoding of numbers; 0 gives each number as it is, standardised.
    loss
        What training makes small.
    smoothing
        Share of the target spread over all classes (label smoothing).
    """

    model: ModelName | None = None
    hidden: Annotated[tuple[int, ...], Range(1, 65536)] | None = None
    activation: ActivationName = "relu"
    dropout: Annotated[float, Range(0, 1, high_open=True)] | None = None
    batch_norm: bool | None = None
    bins: Annotated[int, Range(0, 256)] | None = None
    loss: LossName | None = None
    smoothing: Annotated[float, Range(0, 1, high_open=True)] = 0.0


SECTIONS: dict[str, type] = {"data": DataSettings, "model": ModelSettings, "training": TrainingSettings}


@dataclass(frozen=True)
class Settings:
    """All settings of a run, by section."""

    data: DataSettings
    model: ModelSettings
    training: TrainingSettings
