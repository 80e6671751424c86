"""The graph of a loss with its values and gradients, and the chain rule spelt out, as records. No JAX.

A node is a value: a weight, an input, a constant, or what one operation gives. An edge leads from a value to the
operation's value that is computed from it; the gradient comes back along it. Groups fold nodes: a layer, or a function
that was called.
"""

from dataclasses import dataclass
from enum import StrEnum

SHOWN = 16  # numbers up to which a value is recorded whole


class NodeKind(StrEnum):
    """What a node is."""

    WEIGHT = "weight"
    INPUT = "input"
    CONSTANT = "constant"
    OPERATION = "operation"
    LOSS = "loss"


@dataclass(frozen=True)
class Statistics:
    """An array in a few numbers. `numbers` are all of them, in order, where there are at most 16.

    Mean, deviation, low, high and norm (2-norm) are of the finite ones; `zeros` is a share of all.
    """

    mean: float
    deviation: float
    low: float
    high: float
    norm: float
    zeros: float
    not_finite: int = 0
    numbers: tuple[float, ...] = ()


@dataclass(frozen=True)
class NodeRecord:
    """One value. `gradient` is None where none reaches it; `inside` says what can be opened: "scan of 8 steps"."""

    number: int
    name: str  # unique: "01_dense/add", "01_dense.weight"
    kind: NodeKind
    operation: str  # the primitive, or the function that was called
    group: int
    shape: tuple[int, ...]
    dtype: str
    line: str = ""  # where it is written: "model.py:12"
    inside: str = ""
    value: Statistics | None = None
    gradient: Statistics | None = None
    kept: bool = True  # whether its numbers stayed after the sweep; else they are computed again when asked for


@dataclass(frozen=True)
class EdgeRecord:
    """`target` is computed from `source`. `gradient` is the norm of the gradient that comes back along this edge.

    `share` is its part in the whole gradient that reaches `source`: its projection on that, over the whole's norm, so
    that the shares of a node add up to one. Both are None where no gradient comes back. An operation with several
    outputs has them at its first edge alone.
    """

    source: int
    target: int
    gradient: float | None = None
    share: float | None = None


@dataclass(frozen=True)
class GroupRecord:
    """A fold: `kind` is "layer", "call" or "whole"; `parent` is None for the whole, group 0.

    `nodes` counts those in it and in the groups inside it, `weights` the numbers of their weights.
    """

    number: int
    name: str
    path: str
    kind: str
    parent: int | None
    nodes: int = 0
    weights: int = 0


@dataclass(frozen=True)
class KeptRecord:
    """What stayed in memory after the sweep, and what was dropped because the update does not need it."""

    rule: str  # "all", "update", "named", "memory"
    values: int
    gradients: int
    dropped: int
    mebibytes: float
    words: str


@dataclass(frozen=True)
class GraphRecord:
    """The graph of one loss for one batch."""

    title: str
    loss: float
    nodes: tuple[NodeRecord, ...]
    edges: tuple[EdgeRecord, ...]
    groups: tuple[GroupRecord, ...]
    kept: KeptRecord
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Station:
    """A value through which all paths from the weight to the loss lead.

    `moves` is the norm of how it moves when the weight moves by one, `gradient` the norm of the gradient that reaches
    it, and `product` their inner product, which is the weight's gradient at every station.
    """

    name: str
    operation: str
    shape: tuple[int, ...]
    value: Statistics
    moves: float
    gradient: float
    product: float


@dataclass(frozen=True)
class Factor:
    """One step of a path: from a number to the next, with both their values and the local derivative between them."""

    source: str
    target: str
    source_value: float
    target_value: float
    derivative: float
    rule: str  # the derivative as a formula: "1 - tanh(x)^2"; "" where there is no short one


@dataclass(frozen=True)
class PathRecord:
    """One path from the weight to the loss: the local derivatives, and their product."""

    factors: tuple[Factor, ...]
    product: float


@dataclass(frozen=True)
class ChainRecord:
    """The chain rule for one weight, with its numbers.

    `stations` is the form by layers, always there. `paths` are the largest of `count` paths between single numbers;
    the rest add up to `rest`. Where the network is too large for paths, `paths` is empty and `why` says so. `note` says
    what was written out for this, or what stayed one factor, and why.
    """

    weight: str
    value: float
    gradient: float
    loss: float
    stations: tuple[Station, ...]
    paths: tuple[PathRecord, ...] = ()
    count: float = 0.0
    rest: float = 0.0
    why: str = ""
    note: str = ""


@dataclass(frozen=True)
class CheckRecord:
    """A node's gradient against central differences of the loss in float64.

    Of derivatives along random directions and by the numbers of the largest gradients, `gradient` is by the reverse
    sweep in float64, `measured` by differences. `error` is the largest difference over the largest derivative,
    `rounding` the 2-norm of the difference between the sweep as shown and that in float64, over its norm. `kink` says
    that the loss has a corner here: its one-sided derivatives differ.
    """

    name: str
    gradient: tuple[float, ...]
    measured: tuple[float, ...]
    error: float
    rounding: float
    kink: bool = False
    note: str = ""
