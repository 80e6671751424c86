"""The view on which a person labels: its page, the state as JSON, and what can be done there."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from piste.core.records import Task
from piste.human.asking import Asking
from piste.human.form import UnclearAnswerError
from piste.web.page import language_of, page

FEATURES = 20  # shown before the rest is unfolded
_LARGEST = 10_000  # bytes of an answer


class Done(msgspec.Struct):
    """What the page says: what was done, to which example, with which answer."""

    what: str  # "answer", "skip", "back", "forward" or "finish"
    at: int = -1  # place of the example that the page showed
    labels: tuple[str, ...] = ()
    number: str = ""


class LabelView:
    """The routes for one pass. `finish` is called when the person has ended it."""

    def __init__(self, asking: Asking, finish: Callable[[], None]) -> None:
        self._asking, self._finish = asking, finish
        self._finished = False

    @property
    def routes(self) -> list[Route]:
        """What is served: the page, its state, and a place to send what was done."""
        return [
            Route("/label", self._page, methods=["GET"]),
            Route("/label/state", self._state, methods=["GET"]),
            Route("/label/done", self._done, methods=["POST"]),
        ]

    async def _page(self, request: Request) -> Response:
        return HTMLResponse(page("label", language_of(request)))

    async def _state(self, request: Request) -> Response:
        return JSONResponse(self.state())

    async def _done(self, request: Request) -> Response:
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            return JSONResponse({"error": "JSON was expected."}, 415)
        if int(request.headers.get("content-length") or _LARGEST + 1) > _LARGEST:
            return JSONResponse({"error": "The answer is too long."}, 413)
        try:
            done = msgspec.json.decode(await request.body(), type=Done)
            self._carry_out(done)
        except (msgspec.MsgspecError, UnclearAnswerError) as error:
            return JSONResponse({"error": str(error), **self.state()}, 400)
        return JSONResponse(self.state())

    def _carry_out(self, done: Done) -> None:
        asking = self._asking
        if done.what == "finish":
            self._finished = True
            self._finish()
        elif done.at != asking.place.at:
            return  # a second press, or an old window: the page is told where the person is
        elif done.what == "back":
            asking.back()
        elif asking.ended:
            return
        elif done.what == "forward":
            asking.forward()
        elif done.what == "skip":
            asking.skip()
        elif done.what == "answer":
            asking.answer(asking.form.reply(done.labels, done.number))

    def state(self) -> dict[str, Any]:
        """Return all that the page shows, as JSON can hold it."""
        asking = self._asking
        place, form = asking.place, asking.form
        shared = {
            "finished": self._finished,
            "ended": asking.ended,
            "at": place.at,
            "total": len(place.order),
            "done": place.done,
            "kind": _KINDS.get(form.task, "class"),
            "target": form.target,
            "classes": list(form.classes),
            "keys": list(form.keys),
        }
        return shared if asking.ended or self._finished else {**shared, **self._shown()}

    def _shown(self) -> dict[str, Any]:
        question, before = self._asking.question, self._asking.before
        return {
            "values": [*question.values.items()],
            "features": FEATURES,
            "text": question.text,
            "pictures": _pictures(question.pictures),
            "before": None if before is None else {"labels": before.labels, "said": before.said},
        }


_KINDS = {Task.REGRESSION: "number", Task.MULTI_LABEL: "labels"}


def _pictures(pictures: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"name": name, "source": f"data:image/png;base64,{png}"} for name, png in pictures.items()]
