"""The playground's routes: what reaches the plays, and what is refused before it does."""

from collections.abc import Mapping
from typing import Any

import pytest
from starlette.testclient import TestClient

from piste.core.errors import SettingError
from piste.web.app import application
from piste.web.playing import LARGEST, PlayView


class Kept:
    """Plays that only remember what they were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def choices(self) -> dict[str, Any]:
        return {"problems": ["circles"]}

    def begin(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if given.get("problem") == "mars":
            raise SettingError("The problem must be one of circles.")
        self.asked.append(("begin", dict(given)))
        return {"play": "word"}

    def go_on(
        self,
        word: str,
        given: Mapping[str, Any],
        rounds: int,
        *,
        by_step: bool,
        weight: tuple[int, int, int, float] | None = None,
    ) -> dict[str, Any]:
        self.asked.append((word, dict(given), rounds, by_step, weight))
        return {"play": word}

    def comments(self, word: str) -> list[dict[str, str]]:
        return [{"code": "M201"}]

    def python(self, word: str) -> str:
        return "import piste\n"


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def visitor(kept: Kept) -> TestClient:
    return TestClient(application("token", PlayView(lambda: kept).routes), base_url="http://127.0.0.1/token/")


def test_what_is_asked_reaches_the_plays(visitor: TestClient, kept: Kept) -> None:
    assert visitor.get("api/play/choices").json() == {"problems": ["circles"]}
    assert visitor.post("api/play", json={"settings": {"noise": 0.1}}).json() == {"play": "word"}
    weight = {"layer": 0, "before": -1, "unit": 2, "value": 0.5}
    visitor.post("api/play/word", json={"rounds": 3, "by_step": True, "weight": weight})
    assert kept.asked == [("begin", {"noise": 0.1}), ("word", {}, 3, True, (0, -1, 2, 0.5))]
    assert visitor.get("api/play/word/comments").json() == [{"code": "M201"}]
    assert visitor.get("api/play/word/python").json() == {"python": "import piste\n"}


def test_a_mistake_is_a_sentence(visitor: TestClient) -> None:
    answer = visitor.post("api/play", json={"settings": {"problem": "mars"}})
    assert answer.status_code == 404
    assert answer.json() == {"error": "The problem must be one of circles."}


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"settings=1", "application/x-www-form-urlencoded", 415),
        (b"{", "application/json", 400),
        (b'{"rounds": "many"}', "application/json", 400),
        (b" " * (LARGEST + 1), "application/json", 413),
    ],
)
def test_what_is_not_understood_reaches_nobody(
    visitor: TestClient, kept: Kept, content: bytes, kind: str, status: int
) -> None:
    answer = visitor.post("api/play/word", content=content, headers={"content-type": kind})
    assert answer.status_code == status
    assert kept.asked == []


def test_the_plays_are_made_when_somebody_asks(kept: Kept) -> None:
    made: list[int] = []

    def make() -> Kept:
        made.append(1)
        return kept

    visitor = TestClient(application("token", PlayView(make).routes), base_url="http://127.0.0.1/token/")
    assert made == []
    visitor.get("api/play/choices")
    visitor.get("api/play/choices")
    assert made == [1]
