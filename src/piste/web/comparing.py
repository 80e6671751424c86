"""Two runs of the page side by side: what differs, which is better, where they part."""

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from piste.core.compare import ComparisonRecord
from piste.core.errors import RunError
from piste.core.runs import EVALUATION, RUN, RunFolder
from piste.report.compare import panels_of_comparison
from piste.web.answers import RefusedError, answered
from piste.web.places import Places
from piste.web.remembered import LastFew, stamp

Compare = Callable[[RunFolder, RunFolder], ComparisonRecord]
"""Compares two finished runs by their records and their answers to the test examples; trains nothing."""

_KEPT = 4  # comparisons in memory
_CURVES = "curves"  # the panel that the page draws itself


class CompareView:
    """Answers with comparisons of runs of `places`, made one at a time; the last few are kept."""

    def __init__(self, places: Places, compare: Compare | None) -> None:
        self._places, self._compare = places, compare
        self._kept = LastFew(_KEPT)

    @property
    def routes(self) -> list[Route]:
        """The comparison of the runs `first` and `second` of the address."""
        return [Route("/api/compare", answered(self._compared), methods=["GET"])]

    def _compared(self, request: Request) -> dict[str, Any]:
        names = [request.query_params.get(name, "") for name in ("first", "second")]
        first, second = (self._places.run(name) for name in names)
        if first.path == second.path:
            raise RefusedError("A run is compared with another one; these are the same.")
        if self._compare is None:
            raise RunError("This page was started without the engine that compares.")
        record = self._record(self._compare, first, second)
        parts = [one for one in panels_of_comparison(record) if one.name != _CURVES]
        return {"verdict": record.verdict, "parting": record.parting, "parts": parts}

    def _record(self, compare: Compare, first: RunFolder, second: RunFolder) -> ComparisonRecord:
        files = [folder.file(file) for folder in (first, second) for file in (RUN, EVALUATION)]
        key = tuple((str(file), stamp(file)) for file in files)
        return self._kept.of(key, partial(compare, first, second))
