"""The playground's place on the page: what a browser asks of the plays that this process keeps."""

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.routing import Route

from piste.web.answers import answered
from piste.web.page import spoken_in
from piste.web.posted import posted
from piste.web.sayings import spoken

LARGEST = 4 << 20  # bytes of what is sent: a pasted table


class Playing(Protocol):
    """What keeps the plays; every answer is plain values."""

    def choices(self) -> dict[str, Any]:
        """Return what the controls offer."""

    def begin(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a new play."""

    def go_on(
        self,
        word: str,
        given: Mapping[str, Any],
        rounds: int,
        *,
        by_step: bool,
        weight: tuple[int, int, int, float] | None = None,
    ) -> dict[str, Any]:
        """Return a play after more epochs or steps."""

    def comments(self, word: str) -> list[dict[str, str]]:
        """Return what the linter says of a play."""

    def python(self, word: str) -> str:
        """Return a play as a program."""


class Begin(msgspec.Struct):
    """The settings of a new play."""

    settings: dict[str, Any] = {}


class Weight(msgspec.Struct):
    """A weight that a person sets."""

    layer: int
    before: int
    unit: int
    value: float


class GoOn(msgspec.Struct):
    """How a play goes on."""

    settings: dict[str, Any] = {}
    rounds: int = 0
    by_step: bool = False
    weight: Weight | None = None


class PlayView:
    """Serves the plays of `make`, which is asked for them when somebody first opens the playground."""

    def __init__(self, make: Callable[[], Playing]) -> None:
        self._make, self._lock = make, threading.Lock()
        self._made: Playing | None = None

    @property
    def routes(self) -> list[Route]:
        """What is served."""
        return [
            Route("/api/play/choices", answered(lambda _: self._plays.choices()), methods=["GET"]),
            Route("/api/play", posted(Begin, self._begin, LARGEST), methods=["POST"]),
            Route("/api/play/{word}", posted(GoOn, self._go_on, LARGEST), methods=["POST"]),
            Route("/api/play/{word}/comments", answered(self._comments), methods=["GET"]),
            Route("/api/play/{word}/python", answered(self._python), methods=["GET"]),
        ]

    @property
    def _plays(self) -> Playing:
        with self._lock:
            if self._made is None:
                self._made = self._make()
            return self._made

    def _begin(self, request: Request, said: Begin) -> dict[str, Any]:
        return self._plays.begin(said.settings)

    def _go_on(self, request: Request, said: GoOn) -> dict[str, Any]:
        weight = said.weight
        placed = None if weight is None else (weight.layer, weight.before, weight.unit, weight.value)
        word = request.path_params["word"]
        return self._plays.go_on(word, said.settings, said.rounds, by_step=said.by_step, weight=placed)

    def _comments(self, request: Request) -> list[dict[str, str]]:
        found = self._plays.comments(request.path_params["word"])
        return [spoken(one, spoken_in(request)) for one in found]

    def _python(self, request: Request) -> dict[str, str]:
        return {"python": self._plays.python(request.path_params["word"])}
