"""The networks by name: what each needs of the data, and how it is built from the settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from piste.nn.layer import Layer, Shape
from piste.nn.sequential import Sequential
from piste.nn.zoo.cnn import cnn
from piste.nn.zoo.lenet import lenet
from piste.nn.zoo.mlp import mlp
from piste.nn.zoo.recurrent import recurrent
from piste.nn.zoo.residual_mlp import residual_mlp
from piste.nn.zoo.resnet import resnet, small_resnet
from piste.nn.zoo.sequence_cnn import sequence_cnn
from piste.nn.zoo.text_cnn import text_cnn
from piste.nn.zoo.transformer import causal_transformer, transformer_encoder
from piste.nn.zoo.vgg import vgg
from piste.recipe.facts import Facts, Inputs
from piste.recipe.own_network import OWN, build_own, spec_of
from piste.recipe.settings import ModelSettings

Layers = tuple[Layer, ...]
SMALL_PICTURE = 64  # pixels of the shorter side below which a ResNet starts with a 3x3 convolution


ANYTHING: tuple[Inputs, ...] = ("table", "pictures", "sequences", "texts")


class Build(Protocol):
    """Makes a network from settings, outputs, the shape of an example, first layers, and kinds of token for texts."""

    def __call__(
        self, settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
    ) -> Sequential:
        """Return the network."""


@dataclass(frozen=True)
class NamedNetwork:
    """A network of the zoo as `--model` names it.

    `takes` is what it can read: tables and whatever can be laid out as one, or pictures, sequences, texts in their own
    order. `least` is how many pixels the shorter side of a picture must have; `depths` are those it is known with, the
    default first.
    """

    build: Build
    takes: tuple[Inputs, ...] = ANYTHING
    least: int = 1
    depths: tuple[int, ...] = ()

    @property
    def in_order(self) -> bool:
        """Whether the order of its inputs means something to it: a table is nothing for it."""
        return "table" not in self.takes


def _mlp(
    settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
) -> Sequential:
    return mlp(
        outputs,
        settings.hidden or (),
        activation=settings.activation,
        dropout=settings.dropout or 0.0,
        batch_norm=bool(settings.batch_norm),
        flatten=len(shape) > 1,
        inputs=inputs,
    )


def _cnn(
    settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
) -> Sequential:
    if len(shape) == 2:
        return sequence_cnn(
            outputs,
            shape[0],
            settings.hidden or (),
            settings.kernel or (5,),
            stride=settings.stride,
            activation=settings.activation,
            dropout=settings.dropout or 0.0,
            batch_norm=bool(settings.batch_norm),
            inputs=inputs,
        )
    return cnn(
        outputs,
        (shape[0], shape[1], shape[2]),
        settings.hidden or (),
        activation=settings.activation,
        dropout=settings.dropout or 0.0,
        batch_norm=bool(settings.batch_norm),
        inputs=inputs,
    )


def _residual_mlp(
    settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
) -> Sequential:
    width, blocks = (settings.hidden or (128,))[0], settings.depth or 3
    return residual_mlp(
        outputs, width, blocks, activation=settings.activation, dropout=settings.dropout or 0.0, inputs=inputs
    )


def _lenet(
    settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
) -> Sequential:
    return lenet(outputs, shape, inputs=inputs)


def _vgg(
    settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
) -> Sequential:
    return vgg(
        outputs,
        settings.depth or 11,
        width=settings.width or 64,
        hidden=settings.hidden or (),
        batch_norm=bool(settings.batch_norm),
        dropout=settings.dropout or 0.0,
        inputs=inputs,
    )


def _resnet(
    settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
) -> Sequential:
    small = min(shape[:2]) < SMALL_PICTURE
    return resnet(outputs, settings.depth or 18, width=settings.width or 64, small=small, inputs=inputs)


def _small_resnet(
    settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
) -> Sequential:
    return small_resnet(outputs, settings.depth or 20, width=settings.width or 16, inputs=inputs)


def _own(
    settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
) -> Sequential:
    return build_own(spec_of(settings.spec), outputs, shape, inputs)


def _recurrent(kind: Literal["rnn", "lstm", "gru"]) -> Build:
    def build(
        settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
    ) -> Sequential:
        width = settings.width or WIDTH
        return recurrent(
            outputs,
            (width,) * (settings.depth or 1),
            kind,
            bidirectional=settings.bidirectional,
            dropout=settings.dropout or 0.0,
            tokens=tokens,
            width=width,
            inputs=inputs,
        )

    return build


def _text_cnn(
    settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
) -> Sequential:
    width = settings.width or WIDTH
    sizes = settings.kernel or (3, 4, 5)
    return text_cnn(
        outputs, tokens or 1, width=width, sizes=sizes, units=width, dropout=settings.dropout or 0.0, inputs=inputs
    )


def _transformer(network: Callable[..., Sequential]) -> Build:
    def build(
        settings: ModelSettings, outputs: int, shape: Shape, inputs: Layers, *, tokens: int | None = None
    ) -> Sequential:
        return network(
            outputs,
            tokens,
            width=settings.width or WIDTH,
            blocks=settings.depth or 2,
            heads=settings.heads,
            dropout=settings.dropout or 0.0,
            inputs=inputs,
        )

    return build


RECURRENT, TRANSFORMERS = ("rnn", "lstm", "gru"), ("transformer", "decoder")
WIDTH = 64  # units, features or windows of a network that reads sequences or texts

_PICTURES: tuple[Inputs, ...] = ("pictures",)
_IN_ORDER: tuple[Inputs, ...] = ("sequences", "texts")
NETWORKS: dict[str, NamedNetwork] = {
    "mlp": NamedNetwork(_mlp),
    "linear": NamedNetwork(_mlp),
    "residual-mlp": NamedNetwork(_residual_mlp, ("table", "texts")),
    "cnn": NamedNetwork(_cnn, ("pictures", "sequences"), least=3),
    "lenet": NamedNetwork(_lenet, _PICTURES, least=28),
    "vgg": NamedNetwork(_vgg, _PICTURES, least=32, depths=(11, 13, 16, 19)),
    "resnet": NamedNetwork(_resnet, _PICTURES, least=8, depths=(18, 34, 50, 101, 152)),
    "small-resnet": NamedNetwork(_small_resnet, _PICTURES, least=8, depths=(20, 32, 44, 56, 110)),
    "rnn": NamedNetwork(_recurrent("rnn"), _IN_ORDER),
    "lstm": NamedNetwork(_recurrent("lstm"), _IN_ORDER),
    "gru": NamedNetwork(_recurrent("gru"), _IN_ORDER),
    "text-cnn": NamedNetwork(_text_cnn, ("texts",)),
    "transformer": NamedNetwork(_transformer(transformer_encoder), _IN_ORDER),
    "decoder": NamedNetwork(_transformer(causal_transformer), _IN_ORDER),
    OWN: NamedNetwork(_own),
}
"""Every network that `--model` names."""


def sees_pictures(facts: Facts, decided: Mapping[str, Any]) -> bool:
    """Return whether pictures are given to a model that sees which pixels are neighbours."""
    return facts.pictures and NETWORKS[decided["model"]].in_order


def reads_texts(facts: Facts, decided: Mapping[str, Any]) -> bool:
    """Return whether texts are given to a model that reads them word by word; others see a bag of words.

    A network of one's own reads word by word where it begins with an `Embedding`.
    """
    if facts.inputs != "texts":
        return False
    if decided["model"] == OWN:
        first = decided["spec"] or {}
        while first.get("layers"):
            first = first["layers"][0]
        return first.get("layer") == "Embedding"
    return NETWORKS[decided["model"]].in_order


def takes_of(model: str | None) -> tuple[Inputs, ...]:
    """Return what the model that a person names can read; nothing where none is named."""
    return NETWORKS[model].takes if model is not None and model in NETWORKS else ()
