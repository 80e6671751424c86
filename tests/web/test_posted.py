"""Only small JSON of the expected form is taken from a page."""

from typing import Any

import msgspec
import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.testclient import TestClient

from piste.core.errors import RunError
from piste.web.posted import LARGEST, posted


class Said(msgspec.Struct):
    number: int


def act(request: Request, said: Said) -> dict[str, int]:
    if said.number == 13:
        raise RunError("Not thirteen.")
    return {"double": 2 * said.number}


CLIENT = TestClient(Starlette(routes=[Route("/", posted(Said, act), methods=["POST"])]))


def sent(content: bytes, kind: str = "application/json") -> Any:
    return CLIENT.post("/", content=content, headers={"content-type": kind})


def test_what_fits_is_carried_out() -> None:
    assert sent(b'{"number": 4}', "application/json; charset=utf-8").json() == {"double": 8}


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b'{"number": 4}', "text/plain", 415),
        (b"number=4", "application/x-www-form-urlencoded", 415),
        (b" " * (LARGEST + 1), "application/json", 413),
        (b"", "application/json", 400),
        (b'{"number": "4"}', "application/json", 400),
        (b"[" * 9000, "application/json", 400),
        (b"\xff", "application/json", 400),
        (b'{"number": 13}', "application/json", 404),
    ],
)
def test_anything_else_is_refused_with_a_sentence(content: bytes, kind: str, status: int) -> None:
    answer = sent(content, kind)
    assert answer.status_code == status
    assert answer.json()["error"].endswith(".")
