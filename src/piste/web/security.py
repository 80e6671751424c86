"""What keeps a page of this machine to the person in front of it.

The server listens on the loopback alone unless another address is asked for. Every address begins with a random token,
so that no other page or user of the machine can guess one; the host is checked, so that no foreign name can be made to
point here; and the policy lets the browser load from, and send to, this server and nobody else.
"""

import hmac
import ipaddress
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


POLICY_NAME = b"content-security-policy"


def new_token() -> str:
    """Return a token of 256 random bits, of signs that an address may hold."""
    return secrets.token_urlsafe(32)


def own_host(name: str, host: str) -> bool:
    """Return whether `name`, as a browser sent it, is this machine where it listens on `host`.

    On the loopback that is the loopback's own names. On any other address a person may come by a number too, which no
    foreign page can make point elsewhere; by a name only if it is the one that was asked for.
    """
    if name in (HOST, "localhost", "::1", host):
        return True
    if host == HOST:
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """Lets a request through to `app` if its host is this machine's and its address has the token; adds the headers.

    An answer may bring a policy of its own, for a document that is shown by itself.
    """

    def __init__(self, app: ASGIApp, token: str, host: str = HOST) -> None:
        self._app, self._token, self._host = app, token, host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; 404 for a wrong token, as if there were nothing, and 400 for a wrong host."""
        if scope["type"] != "http":
            return
        request = Request(scope)
        if not own_host(_hostname(request), self._host):
            await PlainTextResponse("Wrong host.", 400, HEADERS)(scope, receive, send)
            return
        given = scope["path"].lstrip("/").split("/")[0]
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            await PlainTextResponse("Not found.", 404, HEADERS)(scope, receive, send)
            return

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.encode(): value.encode() for name, value in HEADERS.items()}
                if any(name == POLICY_NAME for name, _ in message["headers"]):
                    own.pop(POLICY_NAME)
                kept = [(name, value) for name, value in message["headers"] if name not in own]
                message = {**message, "headers": [*kept, *own.items()]}
            await send(message)

        await self._app(scope, receive, sealed)


def _hostname(request: Request) -> str:
    try:
        return request.url.hostname or ""
    except ValueError:  # brackets that hold no address
        return ""
