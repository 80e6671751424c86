"""The networks by name: what each needs of the data, and how it is built from the settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from piste.nn.layer import Layer, Shape
from piste.nn.sequential import Sequential
from piste.nn.zoo.cnn import cnn
from piste.nn.zoo.lenet import lenet
from piste.nn.zoo.mlp import mlp
from piste.nn.zoo.residual_mlp import residual_mlp
from piste.nn.zoo.resnet import resnet, small_resnet
from piste.nn.zoo.vgg import vgg
from piste.recipe.own_network import OWN, build_own, spec_of
from piste.recipe.settings import ModelSettings

Layers = tuple[Layer, ...]
Build = Callable[[ModelSettings, int, Shape, Layers], Sequential]
SMALL_PICTURE = 64  # pixels of the shorter side below which a ResNet starts with a 3x3 convolution


@dataclass(frozen=True)
class NamedNetwork:
    """A network of the zoo as `--model` names it. `depths` are those it is known with, the default first."""

    build: Build
    pictures: bool = False  # whether it needs pictures
    least: int = 1  # pixels of the shorter side that it needs
    tables: bool = False  # whether it needs a table
    depths: tuple[int, ...] = ()


def _mlp(settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers) -> Sequential:
    return mlp(
        outputs,
        settings.hidden or (),
        activation=settings.activation,
        dropout=settings.dropout or 0.0,
        batch_norm=bool(settings.batch_norm),
        flatten=len(shape) > 1,
        inputs=inputs,
    )


def _cnn(settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers) -> Sequential:
    return cnn(
        outputs,
        (shape[0], shape[1], shape[2]),
        settings.hidden or (),
        activation=settings.activation,
        dropout=settings.dropout or 0.0,
        batch_norm=bool(settings.batch_norm),
        inputs=inputs,
    )


def _residual_mlp(settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers) -> Sequential:
    width, blocks = (settings.hidden or (128,))[0], settings.depth or 3
    return residual_mlp(
        outputs, width, blocks, activation=settings.activation, dropout=settings.dropout or 0.0, inputs=inputs
    )


def _lenet(settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers) -> Sequential:
    return lenet(outputs, shape, inputs=inputs)


def _vgg(settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers) -> Sequential:
    return vgg(
        outputs,
        settings.depth or 11,
        width=settings.width or 64,
        hidden=settings.hidden or (),
        batch_norm=bool(settings.batch_norm),
        dropout=settings.dropout or 0.0,
        inputs=inputs,
    )


def _resnet(settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers) -> Sequential:
    small = min(shape[:2]) < SMALL_PICTURE
    return resnet(outputs, settings.depth or 18, width=settings.width or 64, small=small, inputs=inputs)


def _small_resnet(settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers) -> Sequential:
    return small_resnet(outputs, settings.depth or 20, width=settings.width or 16, inputs=inputs)


def _own(settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers) -> Sequential:
    return build_own(spec_of(settings.spec), outputs, shape, inputs)


NETWORKS: dict[str, NamedNetwork] = {
    "mlp": NamedNetwork(_mlp),
    "linear": NamedNetwork(_mlp),
    "residual-mlp": NamedNetwork(_residual_mlp, tables=True),
    "cnn": NamedNetwork(_cnn, pictures=True, least=3),
    "lenet": NamedNetwork(_lenet, pictures=True, least=28),
    "vgg": NamedNetwork(_vgg, pictures=True, least=32, depths=(11, 13, 16, 19)),
    "resnet": NamedNetwork(_resnet, pictures=True, least=8, depths=(18, 34, 50, 101, 152)),
    "small-resnet": NamedNetwork(_small_resnet, pictures=True, least=8, depths=(20, 32, 44, 56, 110)),
    OWN: NamedNetwork(_own),
}
"""Every network that `--model` names."""


def sees_pictures(decided: Mapping[str, Any]) -> bool:
    """Return whether the model that is decided on is one for pictures."""
    return NETWORKS[decided["model"]].pictures
