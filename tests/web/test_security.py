"""Nobody but who has the address gets in, and the page may reach nobody but this server."""

import re
from collections.abc import Callable
from typing import Any

import pytest

Open = Callable[..., Any]


@pytest.mark.parametrize(
    "place", ["/", "/label", "/wrong/label", "/a-token-for-test/label", "/assets/page.css", "/é/label"]
)
def test_without_the_token_there_is_nothing(visit: Open, place: str) -> None:
    answer = visit().client.get(place)
    assert (answer.status_code, answer.text) == (404, "Not found.")
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1:8000", 200), ("localhost:8000", 200), ("evil.example", 400)])
def test_a_foreign_name_cannot_point_here(visit: Open, host: str, status: int) -> None:
    answer = visit().client.get("/a-token-for-tests/label", headers={"host": host})
    assert answer.status_code == status


def test_every_answer_carries_the_policy(visit: Open) -> None:
    page = visit()
    for place in ("label", "label/state", "assets/page.css", "nothing"):
        headers = page.get(place).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"unsafe|https?:|\*", policy)
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


def test_tokens_are_long_and_never_the_same() -> None:
    pytest.importorskip("starlette", reason="the extra web is not installed")
    from piste.web.security import new_token

    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch(r"[\w-]{43}", token) for token in tokens)
