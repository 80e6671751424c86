"""Telling the page what has changed: a look at the files' times every second, and a line when one is new."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

SECONDS = 1.0  # between two looks
QUIET = 15.0  # after which a line is sent all the same, so that a lost connection is noticed


def stream(request: Request, look: Callable[[], Any], seconds: float = SECONDS) -> StreamingResponse:
    """Return server-sent events: what `look` returns, now and whenever it has changed, as JSON.

    Nothing of a training is touched: `look` asks the file system for times alone.
    """

    async def lines() -> AsyncIterator[bytes]:
        before, waited = None, 0.0
        while not await request.is_disconnected():
            try:
                now = msgspec.json.encode(await run_in_threadpool(look))
            except OSError:
                now = b"null"
            if now != before:
                before, waited = now, 0.0
                yield b"data: " + now + b"\n\n"
            elif waited >= QUIET:
                waited = 0.0
                yield b": still here\n\n"
            await asyncio.sleep(seconds)
            waited += seconds

    return StreamingResponse(lines(), media_type="text/event-stream")
