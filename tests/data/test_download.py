"""Fetching against a server on this machine; nothing here needs a network."""

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from piste.core.errors import DataError
from piste.data.download import Remote, fetch

CONTENT = b"a data set" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "set.gz").write_bytes(CONTENT)
    with HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_a_file_is_fetched_once_and_kept(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "set"
    path = fetch(Remote("set.gz", SHA256, (address,)), folder)
    assert path.read_bytes() == CONTENT
    assert [one.name for one in folder.iterdir()] == ["set.gz"]
    assert fetch(Remote("set.gz", SHA256, ("http://127.0.0.1:9/",)), folder) == path


def test_the_next_address_is_tried_and_a_damaged_copy_replaced(address: str, tmp_path: Path) -> None:
    (tmp_path / "set.gz").write_bytes(CONTENT[:50])
    path = fetch(Remote("set.gz", SHA256, (f"{address}nowhere/", address)), tmp_path)
    assert path.read_bytes() == CONTENT


def test_other_content_is_refused_and_not_kept(address: str, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    with pytest.raises(DataError, match=r"set\.gz could not be fetched .*SHA-256 .* was expected.*PISTE_DATA"):
        fetch(Remote("set.gz", "0" * 64, (address,)), folder)
    assert not list(folder.iterdir())


def test_no_network_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"refused.*Connect to the network, or put the data set into a folder"):
        fetch(Remote("set.gz", SHA256, ("http://127.0.0.1:9/",)), tmp_path)
