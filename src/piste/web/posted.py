"""What the page sends back: JSON of this page alone, small, and of the form that is expected."""

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from piste.web.answers import answered, json

Said = TypeVar("Said")
LARGEST = 10_000  # bytes


def posted(kind: type[Said], act: Callable[[Request, Said], Any], largest: int = LARGEST) -> Callable[[Request], Any]:
    """Return an endpoint that hands what was sent, as a `kind`, to `act`, and answers with what that returns.

    A form of a foreign page cannot send JSON, and a body of more than `largest` bytes is not read.
    """

    @functools.wraps(act)
    async def endpoint(request: Request) -> Response:
        if request.headers.get("content-type", "").split(";")[0] != "application/json":
            return json({"error": "JSON was expected."}, 415)
        length = request.headers.get("content-length", "")
        if not length.isdecimal() or len(length) > 9 or int(length) > largest:
            return json({"error": "What was sent is too long."}, 413)
        try:
            said = msgspec.json.decode(await request.body(), type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return json({"error": f"What was sent is not understood ({error})."}, 400)
        return await answered(lambda request: act(request, said))(request)

    return endpoint
