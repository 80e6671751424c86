"""Whatever goes wrong, the answer is a sentence."""

import asyncio
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")

from starlette.requests import Request

from piste.core.errors import RunError
from piste.web.answers import RefusedError, answered, choice, json, number, whole


def request(query: str = "") -> Request:
    return Request({"type": "http", "query_string": query.encode(), "headers": []})


def answer(make: Any) -> Any:
    return asyncio.run(answered(make)(request()))


def test_content_becomes_json_without_what_json_has_not() -> None:
    found = answer(lambda _: {"a": float("nan"), "b": (1, float("inf"))})
    assert (found.status_code, found.body) == (200, b'{"a":null,"b":[1,null]}')


@pytest.mark.parametrize(
    ("error", "status"), [(RunError("Gone."), 404), (RefusedError("No."), 400), (ZeroDivisionError("x"), 500)]
)
def test_an_error_becomes_its_sentence(error: Exception, status: int) -> None:
    def fail(_: Request) -> None:
        raise error

    found = answer(fail)
    assert found.status_code == status
    assert str(error).encode() in found.body


def test_an_answer_that_is_ready_stays_as_it_is() -> None:
    assert answer(lambda _: json([], 418)).status_code == 418


def test_numbers_of_an_address() -> None:
    asked = request("a=1.5&b=-3&c=1e99&d=nan&e=x&f=")
    assert (number(asked, "a"), number(asked, "f"), number(asked, "g")) == (1.5, None, None)
    assert (whole(asked, "a", 7, 9), whole(asked, "b", 7, 9), whole(asked, "c", 7, 9), whole(asked, "g", 7, 9)) == (
        1,
        0,
        9,
        7,
    )
    for name in "de":
        with pytest.raises(RefusedError, match="must be a number"):
            number(asked, name)
    assert choice(request("a=two"), "a", ("one", "two")) == "two"
    assert choice(request(), "a", ("one", "two")) == "one"
    with pytest.raises(RefusedError, match="must be one of one, two"):
        choice(request("a=three"), "a", ("one", "two"))
