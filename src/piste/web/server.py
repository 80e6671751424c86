"""Serving the page on this machine until the person has finished."""

import contextlib
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from piste.core.errors import MissingExtraError, SettingError

if TYPE_CHECKING:
    from piste.human.asking import Asking
    from piste.web.comparing import Compare
    from piste.web.graph import Look
    from piste.web.labelling import Ask
    from piste.web.playing import Playing

MISSING = "The page needs Starlette and uvicorn, which are not installed: pip install 'piste[web]'."
LOOPBACK = "127.0.0.1"
LAST_PORT = 65535


def serve(asking: "Asking", ready: Callable[[str], None]) -> None:
    """Serve the labelling page on a free port of the loopback; `ready` is told its address.

    Returns when the person has finished there, or Ctrl-C is pressed here. Raises `MissingExtraError` without the
    packages of the page.
    """
    try:
        import uvicorn

        from piste.web.label import LabelView
    except ModuleNotFoundError as error:
        raise MissingExtraError(MISSING) from error
    servers: list[uvicorn.Server] = []
    view = LabelView(asking, lambda: setattr(servers[0], "should_exit", True))
    _serve(view.routes, "label", ready, servers)


def serve_folder(
    folder: Path,
    ready: Callable[[str], None],
    host: str = LOOPBACK,
    port: int = 0,
    *,
    control: bool = False,
    ask: "Ask | None" = None,
    look: "Look | None" = None,
    compare: "Compare | None" = None,
    play: "Callable[[], Playing] | None" = None,
) -> None:
    """Serve the page about the runs and studies of `folder`; `ready` is told its address.

    `host` is the address to listen on, and `port` 0 a free one. With `control` the page may tell a training that
    listens what to do, and, where `ask` makes the questions of a run, ask about its test examples. `look` looks at the
    network of a finished run, for its graph, `compare` puts two of them side by side, and `play` makes what keeps the
    playground. Returns when Ctrl-C is
    pressed. Raises `RunError` where `folder` is none, `SettingError` where nothing can listen there,
    `MissingExtraError` without the page's packages.
    """
    try:
        from piste.web.browse import Browse
        from piste.web.places import Places
        from piste.web.playing import PlayView
    except ModuleNotFoundError as error:
        raise MissingExtraError(MISSING) from error
    shown = Browse(Places.of(folder), control=control, ask=ask, look=look, compare=compare).routes
    _serve([*shown, *(PlayView(play).routes if play else ())], "", ready, [], host, port)


def _serve(
    routes: Sequence[Any],
    start: str,
    ready: Callable[[str], None],
    servers: list[Any],
    host: str = LOOPBACK,
    port: int = 0,
) -> None:
    import uvicorn

    from piste.web.app import application
    from piste.web.security import new_token

    token = new_token()
    config = uvicorn.Config(
        application(token, routes, host),
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        # Its own way of logging would close the handlers of everybody else in this process.
        log_config=None,
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    servers.append(server)
    with _listening(host, port) as listening:
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{listening.getsockname()[1]}/{token}/{start}")
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    if not 0 <= port <= LAST_PORT:
        raise SettingError(f"A port is a number from 0 to {LAST_PORT}. Got --port {port}.")
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise SettingError(
            f"The page cannot be served at {host}, port {port} ({error}); choose another --host or --port."
        ) from error
