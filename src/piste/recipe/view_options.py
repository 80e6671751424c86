"""What a person may ask of a view: all options of all views, declared once; each view says which it reads."""

from dataclasses import dataclass
from typing import Annotated, Literal

from piste.core.settings import Range

SplitName = Literal["train", "validation", "test"]


@dataclass(frozen=True)
class ViewOptions:
    """How a view looks. What is left out is chosen, and the choice is said.

    Attributes
    ----------
    x
        Column from left to right, of the boundary.
    y
        Column from bottom to top, of the boundary.
    point
        A place on the boundary's plane that is marked and answered, such as 4,5.
    size
        Places of a grid along each side.
    moments
        Moments of the training to show, the first before any step, the last the network that was kept.
    again
        Whether the run is trained once more, with the same seed to the same bits, to see how it went. When left out,
        that is done where it took less than a minute.
    split
        Split whose examples are looked at.
    examples
        How many examples are looked at, evenly spread over the split.
    rows
        Examples to look at one by one, by their row in the source, with commas between. The most wrong of the test
        split and some more when left out.
    label
        Class whose output is explained. The network's own answer when left out.
    layer
        Layer by its path, such as 04_activation. Chosen when left out; `piste view RUN layers` lists them.
    units
        Units of the layer by their numbers, with commas between. Those that vary most, or are longest, when left out.
    method
        How an embedding is brought to two dimensions.
    strength
        Largest change of an input in an attack: levels of grey (of 255) of pictures, else standard deviations.
    steps
        Steps of an attack, 1 for the fast gradient sign method; products with the Hessian.
    directions
        Of the loss surface: path (the plane in which the training moved most), random (filter-normalised), or the
        names of two weights such as "00_dense/weight[0,0]" and "00_dense/bias[0]", with a semicolon between.
    rates
        Learning rates whose paths are drawn on the loss surface. A tenth, once and ten times the run's when left out.
    reach
        How far the loss surface reaches from its centre, as a share of the length of the filters or of the path.
    """

    x: str | None = None
    y: str | None = None
    point: tuple[float, ...] | None = None
    size: Annotated[int, Range(5, 400)] | None = None
    moments: Annotated[int, Range(2, 24)] | None = None
    again: bool | None = None
    split: SplitName | None = None
    examples: Annotated[int, Range(1, 100_000)] | None = None
    rows: Annotated[tuple[int, ...], Range(0)] | None = None
    label: str | None = None
    layer: str | None = None
    units: Annotated[tuple[int, ...], Range(0)] | None = None
    method: Literal["pca", "umap"] | None = None
    strength: Annotated[float, Range(0, 255, low_open=True)] | None = None
    steps: Annotated[int, Range(1, 10_000)] | None = None
    directions: str | None = None
    rates: Annotated[tuple[float, ...], Range(0, 1e6, low_open=True)] | None = None
    reach: Annotated[float, Range(0, 1000, low_open=True)] | None = None
