"""The application: the views' routes below the token, behind the guard."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount

from piste.web.page import assets
from piste.web.security import HOST, Guard


def application(token: str, routes: Sequence[BaseRoute], host: str = HOST) -> Guard:
    """Return the application that serves `routes` at addresses that begin with `token`, for who comes to `host`."""
    return Guard(Starlette(routes=[Mount(f"/{token}", routes=[assets(), *routes])]), token, host)
