"""The page served from a thread of the tests, as `piste web` serves it."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


@contextmanager
def served(routes: Sequence[Any]) -> Iterator[str]:
    """Serve `routes` on a free port of the loopback, and yield the address with its token."""
    from piste.web.server import _serve

    servers: list[Any] = []
    told: list[str] = []
    there = threading.Event()

    def ready(address: str) -> None:
        told.append(address)
        there.set()

    server = threading.Thread(target=_serve, args=(routes, "", ready, servers), daemon=True)
    server.start()
    assert there.wait(60)
    try:
        yield told[0]
    finally:
        servers[0].should_exit = True
        server.join(20)
