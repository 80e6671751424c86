"""Answers as JSON, and every mistake as a sentence: whatever a folder holds, a request ends in an answer."""

import functools
from collections.abc import Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from piste.core.errors import PisteError

Answer = Callable[[Request], Any]


class RefusedError(PisteError):
    """A request that this page does not carry out; the sentence says why."""


def json(content: Any, status: int = 200) -> Response:
    """Return `content` as JSON, with null for what is not finite."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def answered(make: Answer) -> Callable[[Request], Any]:
    """Return an endpoint that answers with what `make` returns, or with a sentence about why it could not."""

    @functools.wraps(make)
    async def endpoint(request: Request) -> Response:
        try:
            content = await run_in_threadpool(make, request)
            return content if isinstance(content, Response) else json(content)
        except RefusedError as error:
            return json({"error": str(error)}, 400)
        except PisteError as error:
            return json({"error": str(error)}, 404)
        except Exception as error:  # a damaged folder must not take the page away
            return json({"error": f"This could not be shown ({type(error).__name__}: {str(error)[:300]})."}, 500)

    return endpoint


def number(request: Request, name: str) -> float | None:
    """Return the number that the address gives `name`, None for none; `RefusedError` for anything else."""
    text = request.query_params.get(name, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value != value or abs(value) == float("inf"):
        raise RefusedError(f"{name!r} must be a number.")
    return value


def whole(request: Request, name: str, default: int, most: int) -> int:
    """Return the whole number from 0 to `most` that the address gives `name`; a larger one becomes `most`."""
    value = number(request, name)
    return default if value is None else int(min(max(value, 0), most))


def choice(request: Request, name: str, known: tuple[str, ...]) -> str:
    """Return which of `known` the address gives `name`, the first for none; `RefusedError` for others."""
    value = request.query_params.get(name) or known[0]
    if value not in known:
        raise RefusedError(f"{name!r} must be one of {', '.join(known)}.")
    return value
