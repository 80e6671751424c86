"""The list of views: what each is called, what it reads of the options, and how it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from piste.recipe.view_attribution import attribution
from piste.recipe.view_boundary import boundary
from piste.recipe.view_layers import gradients, layers
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_subject import Subject
from piste.recipe.view_surface import surface

Need = Literal["run", "data"]


@dataclass(frozen=True)
class ViewKind:
    """One view. `make` returns the record of its own kind and notes; `options` are those it reads.

    `needs` says what must be there: the run's folder, and the data of its training.
    """

    name: str
    title: str
    make: Callable[[Subject, ViewOptions], tuple[Any, tuple[str, ...]]]
    options: tuple[str, ...]
    needs: tuple[Need, ...] = ("run", "data")


VIEWS = (
    ViewKind("boundary", "Decision boundary", boundary, ("x", "y", "point", "size", "moments", "again")),
    ViewKind(
        "surface",
        "Loss surface",
        surface,
        ("directions", "rates", "reach", "size", "split", "examples", "again"),
    ),
    ViewKind("layers", "Activations by layer", layers, ("split", "examples", "moments", "again")),
    ViewKind("gradients", "Gradients through the training", gradients, (), needs=("run",)),
    ViewKind("attribution", "Why it answers so", attribution, ("rows", "split", "label")),
)
