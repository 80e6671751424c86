"""The routes of the page: the list, every panel's content as JSON, and what has changed."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from piste.core.runs import METRICS, RunFolder
from piste.report.page import html
from piste.report.views import panels_of
from piste.web.answers import RefusedError, answered, choice, number, whole
from piste.web.catalogue import LANGUAGES, all_texts
from piste.web.comparing import Compare, CompareView
from piste.web.curves import ACROSS, Curves, drawn
from piste.web.events import stream
from piste.web.graph import GraphView, Look
from piste.web.labelling import Ask, Labelling
from piste.web.listing import Listing
from piste.web.nurse import NurseView
from piste.web.page import language_of, page, spoken_in
from piste.web.places import MEGABYTE, Places, readable
from piste.web.predictions import Predictions
from piste.web.records import Reader, stamps
from piste.web.remembered import stamp
from piste.web.studies import Studies
from piste.web.views import Views

_SANDBOX = "sandbox allow-scripts allow-popups; frame-ancestors 'none'; form-action 'none'; base-uri 'none'"
_MOST_CURVES = 8  # runs whose curves are kept in memory


class Browse:
    """Shows the runs and studies of `places`. Reads files, and writes none without `control`.

    With `control` a training may be told what to do, and, where `ask` makes the questions of a run, test examples may
    be labelled. `look` looks at the network of a finished run, for its graph, and `compare` puts two
    of them side by side.
    """

    def __init__(
        self,
        places: Places,
        *,
        control: bool = False,
        ask: Ask | None = None,
        look: Look | None = None,
        compare: Compare | None = None,
    ) -> None:
        self._places, self._listing, self._reader = places, Listing(places), Reader()
        self._graph, self._comparing = GraphView(places, look), CompareView(places, compare)
        self._nurse = NurseView(places, self._reader, control=control)
        self._labelling = Labelling(places, ask) if control and ask is not None else None
        self._studies = Studies(places, self._reader)
        self._views = Views()
        self._predictions = Predictions(self._reader)
        self._curves: dict[str, Curves] = {}

    @property
    def routes(self) -> list[BaseRoute]:
        """What is served; a run's name stands in the address of all that is about it."""
        shown = {
            "": lambda request: self._reader.head(self._run(request)),
            "/curves": self._drawn,
            "/parts": lambda request: self._reader.panels(self._run(request)),
            "/findings": lambda request: self._reader.findings(self._run(request), spoken_in(request)),
            "/data": lambda request: self._reader.data(self._run(request), spoken_in(request)),
            "/layers": lambda request: self._reader.watched(self._run(request)),
            "/views": lambda request: self._views.names(self._run(request)),
            "/views/{view}": lambda request: self._views.content(self._run(request), request.path_params["view"]),
            "/predictions": lambda request: self._predictions.page(self._run(request), request.query_params),
        }
        return [
            Route("/", self._page, methods=["GET"]),
            Route("/api/texts/{language}", answered(self._texts), methods=["GET"]),
            Route("/api/entries", answered(lambda _: self._listing.entries()), methods=["GET"]),
            Route("/api/events", self._events, methods=["GET"]),
            Route("/api/entries/{name}/events", self._entry_events, methods=["GET"]),
            Route("/api/studies/{name}", answered(self._study), methods=["GET"]),
            Route("/api/studies/{name}/parts", answered(self._study_parts), methods=["GET"]),
            *(Route(f"/api/runs/{{name}}{end}", answered(make), methods=["GET"]) for end, make in shown.items()),
            Route("/runs/{name}/report", answered(self._report), methods=["GET"]),
            *self._nurse.routes,
            *self._graph.routes,
            *self._comparing.routes,
            *([self._labelling.route] if self._labelling else []),
        ]

    async def _page(self, request: Request) -> Response:
        allowed = "label" if self._labelling else ""
        return HTMLResponse(page("main", language_of(request), allowed=allowed))

    def _texts(self, request: Request) -> dict[str, str]:
        language = request.path_params["language"]
        if language not in LANGUAGES:
            raise RefusedError(f"The page speaks {', '.join(LANGUAGES)}.")
        return all_texts(language)

    def _study(self, request: Request) -> dict[str, Any]:
        return self._studies.content(request.path_params["name"])

    def _study_parts(self, request: Request) -> Any:
        return self._studies.parts(request.path_params["name"])

    def _run(self, request: Request) -> RunFolder:
        return self._places.run(request.path_params["name"])

    def _drawn(self, request: Request) -> dict[str, Any]:
        folder = self._run(request)
        curves = self._curves.pop(folder.name, None) or Curves(folder.file(METRICS))
        self._curves[folder.name] = curves
        while len(self._curves) > _MOST_CURVES:
            self._curves.pop(next(iter(self._curves)))
        low, high = number(request, "from"), number(request, "to")
        buckets = whole(request, "buckets", 600, 4000)
        return drawn(curves, choice(request, "across", ACROSS), low, high, buckets, self._reader.best_epoch(folder))

    def _report(self, request: Request) -> Response:
        folder = self._run(request)
        readable(folder.file(METRICS), 16 * MEGABYTE)
        text = html(panels_of(folder), folder.record.name or folder.name)
        headers = {"content-security-policy": _SANDBOX}
        return HTMLResponse(text.encode("utf-8", errors="replace"), headers=headers)

    async def _events(self, request: Request) -> Response:
        def look() -> list[Any]:
            files = ((self._places.root / name, kind) for name, kind in self._places.names())
            return [(folder.name, stamp(folder / kind), stamp(folder / METRICS)) for folder, kind in files]

        return stream(request, look, seconds=2.0)

    async def _entry_events(self, request: Request) -> Response:
        @answered
        def named(request: Request) -> Response:
            folder = self._places.entry(request.path_params["name"])
            return stream(request, lambda: stamps(folder))

        return await named(request)
