"""The graph of a run's loss with its values and gradients, computed when a person asks for it, and the chain rule."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from starlette.requests import Request
from starlette.routing import Route

from piste.core.errors import RunError
from piste.core.graphs import ChainRecord, GraphRecord
from piste.core.runs import RunFolder
from piste.web.answers import RefusedError, answered, choice, whole
from piste.web.places import Places
from piste.web.remembered import LastFew, stamp

SPLITS = ("test", "train", "validation")
_LAST_EXAMPLE = 100_000_000
_KEPT = 3  # lenses in memory
_LONGEST = 200  # characters of a weight's name


class Looked(Protocol):
    """A look at one loss."""

    @property
    def graph(self) -> GraphRecord:
        """All nodes and edges, with their values and gradients."""

    def chain(self, weight: str) -> ChainRecord:
        """Return the chain rule for one weight, `"01_dense.weight[3, 2]"`."""


Look = Callable[[RunFolder, str, int], Looked]
"""Looks at the network of a finished run on one example, by split and place in it."""


class GraphView:
    """Answers with the graphs of the runs of `places`. One look is made at a time, and the last few are kept."""

    def __init__(self, places: Places, look: Look | None) -> None:
        self._places, self._look = places, look
        self._kept = LastFew(_KEPT)

    @property
    def routes(self) -> list[Route]:
        """The graph, and the chain rule for one weight."""
        return [
            Route("/api/runs/{name}/graph", answered(lambda request: self._looked(request).graph), methods=["GET"]),
            Route("/api/runs/{name}/chain", answered(self._chain), methods=["GET"]),
        ]

    def _chain(self, request: Request) -> ChainRecord:
        weight = request.query_params.get("weight", "")
        if not weight or len(weight) > _LONGEST:
            raise RefusedError('A weight is named by its layer, name and place, as "01_dense.weight[3, 2]".')
        return self._looked(request).chain(weight)

    def _looked(self, request: Request) -> Looked:
        folder = self._places.run(request.path_params["name"])
        if self._look is None:
            raise RunError("This page was started without the lens.")
        split, example = choice(request, "split", SPLITS), whole(request, "example", 0, _LAST_EXAMPLE)
        key = (folder.path, stamp(folder.file("run.json")), split, example)
        return self._kept.of(key, partial(self._look, folder, split, example))
