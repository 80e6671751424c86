"""A training that listens: its branches, what was said to it, and, where that is allowed, a word to it."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from piste.core.nursing import BRANCHES, INBOX, NURSING, NursedRecord, attended, command, waiting
from piste.core.records import RunRecord, Status
from piste.core.runs import RUN, RunFolder
from piste.web.answers import RefusedError, answered
from piste.web.places import Places
from piste.web.posted import posted
from piste.web.records import Reader

SPEAKER = "the page"
_MOST = 200  # characters of a command


class Words(msgspec.Struct):
    """A command, in the words of `piste nurse`."""

    words: str


class NurseView:
    """Shows what is said to the trainings of `places`; with `control` the page may speak too."""

    def __init__(self, places: Places, reader: Reader, *, control: bool) -> None:
        self._places, self._reader, self._control = places, reader, control

    @property
    def routes(self) -> list[Route]:
        """The branches of a run, and, with control alone, a place to send a command."""
        shown = Route("/api/runs/{name}/nurse", answered(self._shown), methods=["GET"])
        said = Route("/api/runs/{name}/nurse", posted(Words, self._said), methods=["POST"])
        return [shown, said] if self._control else [shown]

    def _shown(self, request: Request) -> dict[str, Any]:
        folder = self._places.run(request.path_params["name"])
        record = self._reader.record(folder, NursedRecord, BRANCHES)
        listens = record is not None and _inside(folder) and attended(folder)
        orders = waiting(folder) if record is not None and _inside(folder) else ()
        return {"nursed": record, "waiting": orders, "listens": listens, "control": self._control}

    def _said(self, request: Request, said: Words) -> dict[str, str]:
        folder = self._places.run(request.path_params["name"])
        run = self._reader.record(folder, RunRecord, RUN)
        if run is None or run.status is not Status.UNFINISHED or not _inside(folder) or not attended(folder):
            raise RefusedError("Nobody trains this run now with --nurse, so nobody would hear it.")
        if len(said.words) > _MOST:
            raise RefusedError(f"A command has at most {_MOST} characters.")
        return {"id": command(folder, said.words, SPEAKER)}


def _inside(folder: RunFolder) -> bool:
    """Return whether what would be written stays inside the run's folder."""
    return not any(folder.file(*parts).is_symlink() for parts in ((NURSING,), (NURSING, INBOX)))
