"""The list of views: what each is called, what it reads of the options, and how it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from piste.recipe.view_adversarial import adversarial
from piste.recipe.view_attribution import attribution
from piste.recipe.view_boundary import boundary
from piste.recipe.view_embedding import embedding
from piste.recipe.view_filters import filters
from piste.recipe.view_hessian import hessian
from piste.recipe.view_layers import gradients, layers
from piste.recipe.view_maps import maps
from piste.recipe.view_mistakes import mistakes
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_subject import Subject
from piste.recipe.view_surface import surface
from piste.recipe.view_units import units

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
    ViewKind("filters", "Filters", filters, ("layer", "units")),
    ViewKind("maps", "Feature maps", maps, ("rows", "split", "layer", "units")),
    ViewKind("units", "What excites a unit", units, ("layer", "units", "split", "examples")),
    ViewKind("attribution", "Why it answers so", attribution, ("rows", "split", "label")),
    ViewKind("mistakes", "Where it is wrong", mistakes, ("split",)),
    ViewKind("embedding", "The last hidden layer as a map", embedding, ("layer", "method", "split", "examples")),
    ViewKind("hessian", "Curvature of the loss", hessian, ("split", "examples", "steps")),
    ViewKind(
        "adversarial",
        "Tiny changes that fool it",
        adversarial,
        ("rows", "split", "examples", "strength", "steps"),
    ),
)
