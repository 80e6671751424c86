"""The server: its own port on the loopback, an end when the person has finished, and a sentence where it cannot be."""

import http.client
import json
import sys
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest

from piste.core.errors import MissingExtraError
from piste.web import serve

Open = Callable[..., Any]


def test_it_serves_until_the_person_has_finished(visit: Open) -> None:
    pytest.importorskip("uvicorn", reason="the extra web is not installed")
    asking = visit().view._asking
    heard: list[Any] = []

    def person(address: str) -> None:
        parts = urlsplit(address)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
        for what in ("skip", "finish"):
            body = json.dumps({"what": what, "at": 0})
            place = f"{parts.path}/done"
            connection.request("POST", place, body, {"content-type": "application/json", "connection": "close"})
            heard.append(json.loads(connection.getresponse().read()))

    visitors: list[threading.Thread] = []

    def ready(address: str) -> None:
        assert address.startswith("http://127.0.0.1:")
        visitors.append(threading.Thread(target=person, args=(address,)))
        visitors[0].start()

    serve(asking, ready)
    visitors[0].join(20)
    assert [one["at"] for one in heard] == [1, 1]
    assert heard[-1]["finished"]


@pytest.mark.parametrize("missing", ["uvicorn", "starlette"])
def test_without_its_packages_one_sentence_says_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("piste.web.", missing))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'piste\[web\]'"):
        serve(None, lambda address: None)  # type: ignore[arg-type]
