"""What keeps a page of this machine to the person in front of it.

The server listens on the loopback alone. Every address begins with a random token, so that no other page or user of the
machine can guess one; the host is checked, so that no foreign name can be made to point here; and the policy lets the
browser load from, and send to, this server and nobody else.
"""

import hmac
import secrets

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def new_token() -> str:
    """Return a token of 256 random bits, of signs that an address may hold."""
    return secrets.token_urlsafe(32)


class Guard:
    """Lets a request through to `app` if its host is this machine's and its address has the token; adds the headers."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app, self._token = app, token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; 404 for a wrong token, as if there were nothing, and 400 for a wrong host."""
        if scope["type"] != "http":
            return
        request = Request(scope)
        if (request.url.hostname or "") not in (HOST, "localhost"):
            await PlainTextResponse("Wrong host.", 400, HEADERS)(scope, receive, send)
            return
        given = scope["path"].lstrip("/").split("/")[0]
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            await PlainTextResponse("Not found.", 404, HEADERS)(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.encode(): value.encode() for name, value in HEADERS.items()}
                kept = [(name, value) for name, value in message["headers"] if name not in own]
                message = {**message, "headers": [*kept, *own.items()]}
            await send(message)

        await self._app(scope, receive, sealed)
