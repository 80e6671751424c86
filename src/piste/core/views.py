"""Views of a network as records: what was looked at, and the numbers that are shown. No JAX.

Kept in the run folder as `view-<name>.json`. Pictures are PNGs as base64; tuples of tuples are rows of a grid.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from piste.core.records import decode
from piste.core.views_inside import (
    AdversarialRecord,
    EmbeddingRecord,
    FiltersRecord,
    HessianRecord,
    MapsRecord,
    MistakesRecord,
    UnitsRecord,
)
from piste.core.watched import WatchedRecord

Numbers = tuple[float, ...]
Rows = tuple[Numbers, ...]


@dataclass(frozen=True)
class MarkedPoint:
    """A point asked for: where it lies, and what each moment's network says of it."""

    x: float
    y: float
    answers: tuple[str, ...]
    confidence: Numbers  # in that answer; NaN for numbers


@dataclass(frozen=True)
class BoundaryRecord:
    """What the network answers on a plane through its inputs, at several moments of its training.

    A grid's row belongs to one of `y`, its column to one of `x`. `answers` are class numbers, or predicted numbers;
    `confidence` is the probability of the answer, `margin` by how much it exceeds the next one. Points are examples of
    the test split.
    """

    x_title: str
    y_title: str
    x: Numbers
    y: Numbers
    moments: tuple[str, ...]
    answers: tuple[Rows, ...]
    confidence: tuple[Rows, ...]  # empty for numbers
    margin: tuple[Rows, ...]  # empty for numbers
    classes: tuple[str, ...]  # empty for numbers
    point_x: Numbers
    point_y: Numbers
    point_truth: Numbers  # class numbers, or numbers
    point_right: tuple[bool, ...]  # by the trained network; empty for numbers
    marked: tuple[MarkedPoint, ...] = ()


@dataclass(frozen=True)
class PathRecord:
    """The way of one training over a loss surface, from its first parameters on. `losses` are its true ones."""

    name: str
    rate: float
    x: Numbers
    y: Numbers
    epochs: Numbers
    losses: Numbers
    away: Numbers  # share of the way from the surface's centre that leaves the plane, 0 to 1


@dataclass(frozen=True)
class SurfaceRecord:
    """The loss over two directions in the space of parameters, centred on the trained network at (0, 0).

    With two weights as directions the axes are their own values.
    """

    x_title: str
    y_title: str
    x: Numbers
    y: Numbers
    losses: Rows
    examples: int
    paths: tuple[PathRecord, ...] = ()
    here: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True)
class LayerRecord:
    """A layer's outputs over all examples and places, an entry for each moment.

    `silent` are the units (places of the last axis) whose output is always the same; `saturated` is the share of
    outputs at the flat ends of the activation, NaN where it has none.
    """

    path: str
    kind: str
    shape: tuple[int, ...]  # of one example's outputs
    edges: Numbers
    counts: tuple[tuple[int, ...], ...]
    mean: Numbers
    deviation: Numbers
    zero: Numbers
    silent: tuple[tuple[int, ...], ...]
    saturated: Numbers


@dataclass(frozen=True)
class LayersRecord:
    """The activations through the depth of a network, at several moments of its training."""

    moments: tuple[str, ...]
    examples: int
    split: str
    layers: tuple[LayerRecord, ...]


@dataclass(frozen=True)
class AttributionRecord:
    """What the inputs count for an output by one method: (h, w) of a picture, else one row of steps, columns or words.

    `gap` is what is missing to completeness, as a share; NaN for methods that promise none. `picture` shows it.
    """

    method: str
    values: Rows
    gap: float
    picture: str = ""


@dataclass(frozen=True)
class ExplainedRecord:
    """One example whose answer is explained: `output` is the raw output for `explained`, `compared` the baseline's.

    `names` are columns or words, `values` what the columns hold, `lines` the channels of a sequence, step by step.
    """

    row: int
    truth: str
    answer: str
    confidence: float
    explained: str
    output: float
    compared: float
    attributions: tuple[AttributionRecord, ...]
    names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    lines: Rows = ()
    picture: str = ""


@dataclass(frozen=True)
class AttributionsRecord:
    """Why the network answers as it does, for a few examples; `kind` is table, pictures, sequences or texts."""

    kind: str
    split: str
    examples: tuple[ExplainedRecord, ...]


@dataclass(frozen=True)
class ViewRecord:
    """One view: `data` is the record of its own kind, `options` what was asked for or chosen."""

    name: str
    title: str
    run: str
    data: Any
    options: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


DATA: dict[str, type] = {
    "boundary": BoundaryRecord,
    "surface": SurfaceRecord,
    "layers": LayersRecord,
    "gradients": WatchedRecord,
    "attribution": AttributionsRecord,
    "filters": FiltersRecord,
    "maps": MapsRecord,
    "units": UnitsRecord,
    "embedding": EmbeddingRecord,
    "mistakes": MistakesRecord,
    "hessian": HessianRecord,
    "adversarial": AdversarialRecord,
}
"""What `ViewRecord.data` is, by the view's name."""


def read_view(text: bytes | str) -> ViewRecord:
    """Return the view that was written as JSON; raises `msgspec.MsgspecError` for anything else."""
    plain = msgspec.json.decode(text, type=dict[str, Any])
    kind = DATA.get(str(plain.get("name")))
    if kind is None:
        raise msgspec.ValidationError(f"there is no view called {plain.get('name')!r}")
    data: Any = decode(msgspec.json.encode(plain.get("data")), kind)
    return decode(msgspec.json.encode({**plain, "data": None}), _Undrawn).whole(data)


@dataclass(frozen=True)
class _Undrawn:
    name: str
    title: str
    run: str
    options: dict[str, Any]
    notes: tuple[str, ...]

    def whole(self, data: Any) -> ViewRecord:
        return ViewRecord(self.name, self.title, self.run, data, self.options, self.notes)
