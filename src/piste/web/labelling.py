"""Labelling from the page: the view that asks about a run's test examples, made when a person first opens it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from piste.core.errors import PisteError
from piste.core.runs import RunFolder
from piste.human.asking import Asking
from piste.web.label import LabelView
from piste.web.page import assets
from piste.web.places import Places


@dataclass(frozen=True)
class Questions:
    """The pass of one person through a run's examples, and what is done when it has ended."""

    asking: Asking
    finish: Callable[[], None]


Ask = Callable[[RunFolder], Questions]


class Labelling:
    """Asks about the runs of `places`; `ask` makes the questions of a run."""

    def __init__(self, places: Places, ask: Ask) -> None:
        self._places, self._ask = places, ask
        self._views: dict[str, Starlette] = {}
        self._lock = threading.Lock()

    @property
    def route(self) -> Mount:
        """Where it is served: `labelling/NAME/label`."""
        return Mount("/labelling/{name}", app=self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request with the view of the run that its address names."""
        answer: Starlette | Response
        try:
            answer = await run_in_threadpool(self._view, scope["path_params"]["name"])
        except PisteError as error:
            answer = PlainTextResponse(str(error), 404)
        except Exception as error:  # a damaged folder must not take the page away
            answer = PlainTextResponse(f"This cannot be asked about ({type(error).__name__}: {error}).", 500)
        await answer(scope, receive, send)

    def _view(self, name: str) -> Starlette:
        folder = self._places.run(name)
        with self._lock:
            if name not in self._views:
                questions = self._ask(folder)
                view = LabelView(questions.asking, questions.finish)
                self._views[name] = Starlette(routes=[assets(), *view.routes])
            return self._views[name]
