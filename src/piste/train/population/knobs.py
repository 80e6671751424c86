"""Knobs: the settings that may vary inside a population without recompiling, in one table."""

from collections.abc import Callable, Hashable
from typing import Any, Literal, NamedTuple

from piste.nn.activations import Activation, PReLU
from piste.nn.attention import MultiHeadAttention
from piste.nn.augment.colour import ColourJitter
from piste.nn.augment.cutout import Cutout
from piste.nn.augment.mixing import CutMix, Mixup, beta_quantiles
from piste.nn.augment.noise import Noise
from piste.nn.augment.rotate import Rotate
from piste.nn.augment.scale import Crop, Scale
from piste.nn.augment.shift import Shift
from piste.nn.augment.steps import StepCrop, StepMask
from piste.nn.augment.swap import SwapNoise
from piste.nn.convolution import Conv1D, Conv2D, DepthwiseConv1D, DepthwiseConv2D
from piste.nn.dense import Dense
from piste.nn.dropout import ChannelDropout, Dropout, StochasticDepth
from piste.nn.losses import (
    BinaryCrossEntropy,
    BinaryFocal,
    CrossEntropy,
    Focal,
    Hinge,
    Huber,
    Part,
    Quantile,
    SquaredHinge,
)
from piste.nn.normalisation import BatchNorm
from piste.nn.numbers import NumberEmbedding
from piste.nn.recurrent import LSTM
from piste.nn.transformer import TransformerBlock
from piste.train.averaging import Averaging
from piste.train.optimisers import BETA2, MOMENTUM, Optimiser
from piste.train.plateau import Plateau
from piste.train.population.gated import Gated
from piste.train.population.padded import (
    PaddedActivation,
    PaddedChannelDropout,
    PaddedConv1D,
    PaddedConv2D,
    PaddedDense,
    PaddedDropout,
)

Form = Literal["number", "whole", "share", "choice", "vector"]


class Kind(NamedTuple):
    """How a setting becomes values of the program.

    `form` is "number", "whole", "share" (of which one minus it is given too), "choice" (a word, given as its place
    among those that occur) or "vector" (of a fixed length). `value(setting, owner)` is what counts, of the object that
    has the setting; settings with different `structure(setting)` never share a program.
    """

    form: Form = "number"
    value: Callable[[Any, Any], Any] = lambda setting, owner: setting
    structure: Callable[[Any], Hashable] = lambda setting: None


NUMBER, WHOLE, SHARE, CHOICE = Kind(), Kind("whole"), Kind("share"), Kind("choice")
DRAWN = Kind(
    "choice",
    lambda setting, owner: "he_normal" if setting == "auto" else setting,
)
QUANTILES = Kind("vector", lambda setting, owner: beta_quantiles(setting))
LIMIT = Kind(value=lambda setting, owner: setting if setting > 0 else float("inf"))  # 0 never cuts
# Rounded as `piste.nn.dropout` rounds it, so that float32 does not round it otherwise.
KEPT = Kind(value=lambda setting, owner: max(round(setting * 65536), 1) / 65536)
BLOCK_KEPT = Kind(value=KEPT.value, structure=lambda setting: setting == 1.0)  # the block has no dropout then
OPTIONAL = Kind(structure=lambda setting: setting is None)


def _coefficient(usual: dict[str, float]) -> Kind:
    # Left out, it is the usual one: an optimiser without such a coefficient has none.
    return Kind("share", lambda setting, owner: usual.get(owner.name, 0.0) if setting is None else setting)


KNOBS: dict[type, dict[str, Kind]] = {
    Optimiser: {
        "weight_decay": NUMBER,
        "l1": NUMBER,
        "l2": NUMBER,
        "clip": LIMIT,
        "clip_value": LIMIT,
        "momentum": _coefficient(MOMENTUM),
        "beta2": _coefficient(BETA2),
    },
    Averaging: {"decay": SHARE},
    Plateau: {"factor": NUMBER, "patience": WHOLE},
    Activation: {"name": CHOICE},
    Dense: {"initialiser": DRAWN},
    Conv1D: {"initialiser": DRAWN},
    Conv2D: {"initialiser": DRAWN},
    DepthwiseConv1D: {"initialiser": DRAWN},
    DepthwiseConv2D: {"initialiser": DRAWN},
    PaddedDense: {"initialiser": DRAWN, "live": WHOLE, "live_in": WHOLE},
    PaddedConv1D: {"initialiser": DRAWN, "live": WHOLE, "live_in": WHOLE},
    PaddedConv2D: {"initialiser": DRAWN, "live": WHOLE, "live_in": WHOLE},
    PaddedActivation: {"name": CHOICE, "live": WHOLE},
    Gated: {"live": WHOLE},
    PaddedDropout: {"keep": KEPT, "live": WHOLE},
    PaddedChannelDropout: {"keep": KEPT, "live": WHOLE},
    Dropout: {"keep": KEPT},
    ChannelDropout: {"keep": KEPT},
    StochasticDepth: {"keep": KEPT},
    MultiHeadAttention: {"keep": KEPT},
    TransformerBlock: {"keep": BLOCK_KEPT, "activation": CHOICE},
    BatchNorm: {"momentum": SHARE},
    PReLU: {"start": NUMBER},
    LSTM: {"forget_bias": NUMBER},
    NumberEmbedding: {"deviation": NUMBER},
    CrossEntropy: {"smoothing": NUMBER},
    Focal: {"gamma": NUMBER},
    BinaryFocal: {"gamma": NUMBER, "alpha": OPTIONAL},
    BinaryCrossEntropy: {"positive": NUMBER},
    Hinge: {"margin": NUMBER},
    SquaredHinge: {"margin": NUMBER},
    Huber: {"delta": NUMBER},
    Quantile: {"level": NUMBER},
    Part: {"weight": NUMBER},
    Noise: {"strength": NUMBER},
    ColourJitter: {"brightness": NUMBER, "contrast": NUMBER, "saturation": NUMBER},
    Cutout: {"size": NUMBER},
    Rotate: {"degrees": NUMBER},
    Scale: {"strength": NUMBER},
    Crop: {"smallest": SHARE},
    Shift: {"pixels": WHOLE},
    StepCrop: {"smallest": SHARE},
    StepMask: {"longest": NUMBER, "value": NUMBER},
    Mixup: {"alpha": QUANTILES},
    CutMix: {"alpha": QUANTILES},
    SwapNoise: {"share": NUMBER},
}
"""Which settings of which classes are knobs. All others are part of the program."""
