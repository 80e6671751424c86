"""The list of views: what each is called, what it reads of the options, and how it is made."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from piste.recipe.view_boundary import boundary
from piste.recipe.view_options import ViewOptions
from piste.recipe.view_subject import Subject
from piste.recipe.view_surface import surface


@dataclass(frozen=True)
class ViewKind:
    """One view. `make` returns the record of its own kind and notes; `options` are those it reads."""

    name: str
    title: str
    make: Callable[[Subject, ViewOptions], tuple[Any, tuple[str, ...]]]
    options: tuple[str, ...]


VIEWS = (
    ViewKind("boundary", "Decision boundary", boundary, ("x", "y", "point", "size", "moments", "again")),
    ViewKind(
        "surface",
        "Loss surface",
        surface,
        ("directions", "rates", "reach", "size", "split", "examples", "again"),
    ),
)
