"""The application: the views' routes below the token, behind the guard."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import Mount, Route

from piste.web.page import assets
from piste.web.security import Guard


def application(token: str, routes: Sequence[Route]) -> Guard:
    """Return the application that serves `routes` at addresses that begin with `token`."""
    return Guard(Starlette(routes=[Mount(f"/{token}", routes=[assets(), *routes])]), token)
