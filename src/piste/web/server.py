"""Serving the page on this machine until the person has finished."""

import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from piste.core.errors import MissingExtraError

if TYPE_CHECKING:
    from piste.human.asking import Asking

MISSING = "The page needs Starlette and uvicorn, which are not installed: pip install 'piste[web]'."


def serve(asking: "Asking", ready: Callable[[str], None]) -> None:
    """Serve the labelling page on a free port of the loopback; `ready` is told its address.

    Returns when the person has finished there, or Ctrl-C is pressed here. Raises `MissingExtraError` without the
    packages of the page.
    """
    try:
        import uvicorn

        from piste.web.app import application
        from piste.web.label import LabelView
        from piste.web.security import HOST, new_token
    except ModuleNotFoundError as error:
        raise MissingExtraError(MISSING) from error

    token = new_token()
    view = LabelView(asking, lambda: setattr(server, "should_exit", True))
    config = uvicorn.Config(
        application(token, view.routes),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    with socket.create_server((HOST, 0)) as listening:
        ready(f"http://{HOST}:{listening.getsockname()[1]}/{token}/label")
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])
