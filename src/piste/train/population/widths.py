"""Widths: which layers of a network may be of another width in the same program, and how that is arranged.

A width is free where the units of a dense or convolution layer are seen only by layers that can do with zeros in the
places of missing units, up to the next such layer. The last layer's is not, and of a network with any other layer in
between (layer norm, attention, recurrence, a layer of one's own) none is.
"""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from piste.nn.activations import Activation
from piste.nn.convolution import Conv1D, Conv2D
from piste.nn.dense import Dense
from piste.nn.dropout import ChannelDropout, Dropout, StochasticDepth
from piste.nn.layer import Layer, Shape
from piste.nn.normalisation import BatchNorm, InstanceNorm, LayerNorm
from piste.nn.pooling import AveragePool, GlobalAveragePool, GlobalMaxPool, MaxPool
from piste.nn.residual import Residual
from piste.nn.sequential import Sequential
from piste.nn.shaping import Flatten
from piste.nn.transformer import TransformerBlock
from piste.train.plan import Plan
from piste.train.population.padded import (
    PaddedActivation,
    PaddedChannelDropout,
    PaddedConv1D,
    PaddedConv2D,
    PaddedDense,
    PaddedDropout,
)

BY_TENSOR = ("lamb", "muon", "lbfgs")  # optimisers that look at whole tensors, missing units included
_NOT_ZERO_AT_ZERO = ("sigmoid", "softplus", "hard_sigmoid")
_UNMOVED = (BatchNorm, InstanceNorm, MaxPool, AveragePool, GlobalAveragePool, GlobalMaxPool, StochasticDepth)

_OF_ONE_SHAPE = (
    *(Activation, BatchNorm, Dropout, ChannelDropout, StochasticDepth),
    *(InstanceNorm, LayerNorm, Residual, TransformerBlock),
)

_PADDED: dict[type, type[Layer]] = {Dense: PaddedDense, Conv1D: PaddedConv1D, Conv2D: PaddedConv2D}

Widths = tuple[int, ...]


class _FixedError(Exception):
    """The network's widths are part of its program."""


@dataclass(frozen=True)
class _Width:
    """Features at one point of the network: `live` of every `room` are, `places` times over."""

    live: int
    room: int
    places: int = 1


class _Rooms:
    """Gives every free width its room, in the order of the layers, and takes note of width and work."""

    def __init__(self, rooms: Sequence[int] | None) -> None:
        self._rooms = rooms
        self.widths: list[int] = []
        self.outermost: Layer | None = None
        self.work = 0  # multiplications of one example, in the rooms
        self.starts: list[int] = []  # how many widths come before each layer of the outermost sequence

    def next(self, units: int) -> int:
        self.widths.append(units)
        return units if self._rooms is None else self._rooms[len(self.widths) - 1]


@lru_cache(maxsize=4096)
def widths_of(plan: Plan) -> Widths | None:
    """Return the free widths of a plan's network, in the order of its layers; None where there are none."""
    rooms = _Rooms(None)
    try:
        _walked(plan, rooms)
    except _FixedError:
        return None
    return tuple(rooms.widths) or None


@lru_cache(maxsize=4096)
def width_starts(plan: Plan) -> tuple[int, ...]:
    """Return how many free widths come before each layer of a plan's network, whose widths are free."""
    rooms = _Rooms(None)
    _walked(plan, rooms)
    return tuple(rooms.starts)


def padded(plan: Plan, rooms: Widths) -> Plan:
    """Return the plan with a room of its own for each free width; rooms are at least as large as the widths."""
    return dataclasses.replace(plan, model=_walked(plan, _Rooms(rooms)))


@lru_cache(maxsize=4096)
def work_of_example(plan: Plan, rooms: Widths) -> int:
    """Return the multiplications of one example's way through the padded network."""
    taken = _Rooms(rooms)
    _walked(plan, taken)
    return taken.work


def _walked(plan: Plan, rooms: _Rooms) -> Layer:
    if plan.optimiser.name in BY_TENSOR:
        raise _FixedError
    rooms.outermost = plan.model
    return _padded(plan.model, plan.input_shape, None, rooms, last=True)[0]


def _padded(
    layer: Layer, shape: Shape, width: _Width | None, rooms: _Rooms, *, last: bool = False, target: _Width | None = None
) -> tuple[Layer, _Width | None]:
    """Return the layer with room, and the width of its outputs; None is a width that all members have.

    `shape` is that of the member's own inputs. The `last` layer's units are the network's outputs; a `target` is the
    width that the outputs must have.
    """
    if isinstance(layer, Sequential):
        return _in_sequence(layer, shape, width, rooms, last=last, target=target)
    if type(layer) in _PADDED:
        return _weighted(layer, shape, width, rooms, last=last, target=target)
    if type(layer) is Residual and layer.shortcut is None:
        there = width or _Width(shape[-1], shape[-1])
        if there.places != 1 or last:
            raise _FixedError
        body, _ = _padded(layer.body, shape, width, rooms, target=there)
        return Residual(body), width
    if width is None:
        return layer, None
    return _followed(layer, shape, width)


def _in_sequence(
    layer: Sequential, shape: Shape, width: _Width | None, rooms: _Rooms, *, last: bool, target: _Width | None
) -> tuple[Layer, _Width | None]:
    weighted = [index for index, inner in enumerate(layer.layers) if type(inner) in _PADDED]
    if target and any(isinstance(inner, Sequential) for inner in layer.layers):
        raise _FixedError
    made = []
    for index, inner in enumerate(layer.layers):
        if layer is rooms.outermost:
            rooms.starts.append(len(rooms.widths))
        final = last and index == len(layer.layers) - 1
        own = target if weighted and index == weighted[-1] else None
        one, after = _padded(inner, shape, width, rooms, last=final, target=own)
        shape, width = shape_after(inner, shape), after
        made.append(one)
    return dataclasses.replace(layer, layers=tuple(made)), width


def _weighted(
    layer: Any, shape: Shape, width: _Width | None, rooms: _Rooms, *, last: bool, target: _Width | None
) -> tuple[Layer, _Width | None]:
    if layer.initialiser == "orthogonal" or getattr(layer, "groups", 1) != 1:
        raise _FixedError
    before = width or _Width(shape[-1], shape[-1])
    after = target or _Width(layer.units, layer.units if last else rooms.next(layer.units))
    settings = {one.name: getattr(layer, one.name) for one in dataclasses.fields(layer)}
    settings.update(units=after.room, live=after.live, live_in=before.live)
    if type(layer) is Dense:
        settings["places"] = before.places
    elif before.places != 1:
        raise _FixedError
    receptive = math.prod(_size(layer)) * before.places
    rooms.work += receptive * before.room * after.room * math.prod(shape_after(layer, shape)[:-1])
    return _PADDED[type(layer)](**settings), None if last else after


def shape_after(layer: Layer, shape: Shape) -> Shape:
    """Return the shape of a layer's outputs, without asking anew for each number of units."""
    if type(layer) is Dense:
        return (*shape[:-1], layer.units)
    if type(layer) is Flatten:
        return (math.prod(shape),)
    if type(layer) in _OF_ONE_SHAPE:
        return shape
    if type(layer) in (Conv1D, Conv2D) and getattr(layer, "groups", 1) == 1:
        small = dataclasses.replace(layer, units=1)  # type: ignore[type-var]
        return (*small.output_shape((*shape[:-1], 1))[:-1], getattr(layer, "units", 1))
    if type(layer) in (MaxPool, AveragePool, GlobalAveragePool, GlobalMaxPool):
        return (*layer.output_shape((*shape[:-1], 1))[:-1], shape[-1])
    return layer.output_shape(shape)


def _size(layer: Any) -> tuple[int, ...]:
    size = getattr(layer, "size", ())
    return size if isinstance(size, tuple) else (size,) * (2 if isinstance(layer, Conv2D) else 1)


def _followed(layer: Any, shape: Shape, width: _Width) -> tuple[Layer, _Width]:
    if type(layer) in _UNMOVED and width.places == 1:
        return layer, width
    if type(layer) is Flatten:
        return layer, dataclasses.replace(width, places=width.places * math.prod(shape[:-1]))
    if type(layer) is Activation and layer.name != "softmax":
        if layer.name in _NOT_ZERO_AT_ZERO:
            return PaddedActivation(name=layer.name, live=width.live, places=width.places), width
        return layer, width
    if type(layer) is Dropout:
        return PaddedDropout(keep=layer.keep, live=width.live, places=width.places), width
    if type(layer) is ChannelDropout and width.places == 1:
        return PaddedChannelDropout(keep=layer.keep, live=width.live), width
    raise _FixedError
