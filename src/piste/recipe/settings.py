"""The settings of the network, and all settings of a run together."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from piste.core.errors import SettingError
from piste.core.settings import Range, from_mapping, nearest
from piste.data.settings import DataSettings
from piste.train.settings import TrainingSettings

ModelName = Literal[
    "mlp",
    "linear",
    "residual-mlp",
    "cnn",
    "lenet",
    "vgg",
    "resnet",
    "small-resnet",
    "rnn",
    "lstm",
    "gru",
    "text-cnn",
    "transformer",
    "decoder",
    "own",
]
ActivationName = Literal["relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh", "sigmoid", "softplus", "mish"]
LossName = Literal[
    "cross-entropy",
    "focal",
    "hinge",
    "squared-hinge",
    "binary-cross-entropy",
    "squared-error",
    "absolute-error",
    "huber",
    "log-cosh",
    "quantile",
    "poisson",
]


@dataclass(frozen=True)
class ModelSettings:
    """What the network is made of. What is left out is chosen from the data, and the choice is said.

    Attributes
    ----------
    model
        Kind of network: mlp or linear for anything, residual-mlp for tables; cnn, lenet, vgg, resnet or small-resnet
        for pictures; cnn for sequences; rnn, lstm, gru, transformer (an encoder) or decoder (a causal transformer) for
        sequences and texts, text-cnn for texts; own for the one that `spec` describes.
    spec
        JSON file of a network of your own, such as a run's model/spec.json, edited; from Python also its layers.
    hidden
        Widths of the hidden layers, or of the stages of a cnn, with commas between.
    depth
        Blocks of a residual-mlp (3), transformer or decoder (2); layers of an rnn, lstm or gru (1); layers with
        weights of a vgg (11), resnet (18) or small-resnet (20); hidden layers of an mlp, all alike, instead of hidden.
    width
        Maps of the first stage of a vgg (64), resnet (64) or small-resnet (16); units of each layer of an rnn, lstm or
        gru, features of a transformer or decoder, windows of each size of a text-cnn (64), and numbers that stand for
        a word; units of each hidden layer of an mlp, or block of a residual-mlp, instead of hidden.
    bidirectional
        Whether an rnn, lstm or gru reads from the end as well.
    heads
        Heads of each attention of a transformer or decoder.
    kernel
        Steps that a window of a cnn covers in sequences, a number for each stage (5); words in those of a text-cnn
        (3,4,5).
    stride
        Steps from one window of a cnn to the next in sequences; with 1, each stage is halved by pooling instead.
    activation
        Non-linearity after each hidden layer.
    dropout
        Share of units silenced at random in each step of training.
    batch_norm
        Whether the sums of each hidden layer are normalised over the batch.
    bins
        Bins of the piecewise-linear encoding of numbers; 0 gives each number as it is, standardised.
    tokens
        What a network reads of a text: words or characters.
    vocabulary
        Most kinds of words or characters that are known, the commonest first; all others are one unknown.
    length
        Steps of a sequence, or words or characters of a text, that the network reads; what comes after is left
        out. 0 reads all.
    loss
        What training makes small; from Python also a function of your own.
    smoothing
        Share of the target spread over all classes (label smoothing), of the cross-entropy.
    gamma
        How little the focal loss counts what is right already.
    margin
        Distance that the hinge losses ask for between the true class and the others.
    delta
        Error from which the Huber loss is a line, in standard deviations of the target.
    quantile
        Which quantile the quantile loss leads to: 0.9 is exceeded by one target in ten.
    class_weights
        How much the examples of each class count: none for all alike, balanced for classes alike, or ill:5,healthy:1.
    """

    model: ModelName | None = None
    spec: str | Mapping[str, Any] | Callable[..., Any] | None = None
    hidden: Annotated[tuple[int, ...], Range(1, 65536)] | None = None
    depth: Annotated[int, Range(1, 1000)] | None = None
    width: Annotated[int, Range(1, 65536)] | None = None
    bidirectional: bool = False
    heads: Annotated[int, Range(1, 1024)] = 4
    kernel: Annotated[tuple[int, ...], Range(1, 1000)] | None = None
    stride: Annotated[int, Range(1, 100)] = 1
    activation: ActivationName = "relu"
    dropout: Annotated[float, Range(0, 1, high_open=True)] | None = None
    batch_norm: bool | None = None
    bins: Annotated[int, Range(0, 256)] | None = None
    tokens: Literal["words", "characters"] = "words"
    vocabulary: Annotated[int, Range(1, 1_000_000)] = 20_000
    length: Annotated[int, Range(0, 65536)] | None = None
    loss: LossName | Callable[..., Any] | None = None
    smoothing: Annotated[float, Range(0, 1, high_open=True)] = 0.0
    gamma: Annotated[float, Range(0, 100)] = 2.0
    margin: Annotated[float, Range(0, low_open=True)] = 1.0
    delta: Annotated[float, Range(0, low_open=True)] = 1.0
    quantile: Annotated[float, Range(0, 1, low_open=True, high_open=True)] = 0.5
    class_weights: str = "none"


SECTIONS: dict[str, type] = {"data": DataSettings, "model": ModelSettings, "training": TrainingSettings}


LINTING = "lint"
"""Section of a settings file, and of a run's record, that says which rules are asked."""


@dataclass(frozen=True)
class Settings:
    """All settings of a run, by section."""

    data: DataSettings
    model: ModelSettings
    training: TrainingSettings


def from_keywords(keywords: Mapping[str, Any], where: str) -> Settings:
    """Return the settings of which some are given by name; raises `SettingError`, naming `where` they were given."""
    names = {field.name: section for section, kind in SECTIONS.items() for field in dataclasses.fields(kind)}
    parts: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    for name, value in keywords.items():
        if name not in names:
            raise SettingError(f"{where} has no setting '{name}'. {nearest(name, names)}")
        parts[names[name]][name] = value
    built: dict[str, Any] = {section: from_mapping(kind, parts[section], where) for section, kind in SECTIONS.items()}
    return Settings(**built)


FUNCTION = "function"
"""Origin of a setting that is a function of the person's own."""


def recorded(value: Any) -> Any:
    """Return a setting, or settings, as plain values for a record; a function is kept by its name."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type) and not callable(value):
        return {field.name: recorded(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return dict(value)
    if callable(value):
        function = getattr(value, "compute", value)  # of a metric of the whole split
        return f"{function.__module__}.{getattr(function, '__qualname__', type(function).__qualname__)}"
    return value
