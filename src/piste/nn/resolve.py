"""What follows from a layer's neighbours: filled in once, so that the stored spec says what was really used.

- An initialiser left at "auto" becomes the one that suits the next activation (row by row in `FOR_ACTIVATION`). Before
  batch norm, which sets the scale of the sums itself, saturating units keep Glorot's.
- The bias of a layer right before batch norm, or before a pooling that precedes it, is dropped: beta makes it
  redundant, and its gradient is zero.
"""

import dataclasses
from collections.abc import Sequence

from piste.nn.activations import Activation, PReLU
from piste.nn.initialisers import FOR_ACTIVATION, SATURATING
from piste.nn.layer import Layer
from piste.nn.normalisation import BatchNorm
from piste.nn.pooling import AveragePool, MaxPool
from piste.nn.sequential import Sequential


def resolve(layer: Layer) -> Layer:
    """Return the model with every "auto" decided, inside nested layers too."""
    if isinstance(layer, Sequential):
        settled = [_settle(inner, layer.layers[index + 1 :]) for index, inner in enumerate(layer.layers)]
        return dataclasses.replace(layer, layers=tuple(resolve(inner) for inner in settled))
    return _resolve_fields(layer)


def _resolve_fields(layer: Layer) -> Layer:
    changes: dict[str, object] = {}
    for field in dataclasses.fields(layer):  # type: ignore[arg-type]
        value = getattr(layer, field.name)
        if isinstance(value, Layer):
            changes[field.name] = resolve(value)
        elif isinstance(value, tuple) and any(isinstance(one, Layer) for one in value):
            changes[field.name] = tuple(resolve(one) if isinstance(one, Layer) else one for one in value)
    return dataclasses.replace(layer, **changes) if changes else layer  # type: ignore[type-var]


def _settle(layer: Layer, followers: Sequence[Layer]) -> Layer:
    changes: dict[str, object] = {}
    if getattr(layer, "initialiser", None) == "auto":
        name = FOR_ACTIVATION[_next_activation(followers)]
        changes["initialiser"] = "glorot_uniform" if name in SATURATING and _normalised(followers) else name
    if getattr(layer, "bias", None) is True and _normalised(followers):
        changes["bias"] = False
    return dataclasses.replace(layer, **changes) if changes else layer  # type: ignore[type-var]


def _normalised(followers: Sequence[Layer]) -> bool:
    # Adding a constant before a pooling is adding it after.
    following = next((layer for layer in followers if not isinstance(layer, MaxPool | AveragePool)), None)
    return isinstance(following, BatchNorm)


def _next_activation(followers: Sequence[Layer]) -> str:
    for layer in followers:
        if isinstance(layer, Activation):
            return layer.name
        if isinstance(layer, PReLU):
            return "prelu"
        if hasattr(layer, "initialiser"):
            break
    return "linear"
