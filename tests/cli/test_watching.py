"""`--watch` serves the page beside a training, no longer than that goes on."""

import re
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable
from pathlib import Path

import pytest

from piste.cli.watching import beside
from piste.core.errors import MissingExtraError

pytest.importorskip("uvicorn", reason="the extra web is not installed")


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses at which a browser would have been opened."""
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not addresses.append(address))  # type: ignore[func-returns-value]
    return addresses


def test_the_page_is_there_until_the_training_ends(tmp_path: Path, opened: list[str]) -> None:
    with beside(tmp_path / "runs", watch=True):
        found = re.fullmatch(r"(http://127\.0\.0\.1:\d+/[\w-]+/)\?since=(\d+)#/newest/curves", opened[0])
        assert found
        assert abs(int(found[2]) - time.time()) < 60
        with urllib.request.urlopen(f"{found[1]}api/entries", timeout=20) as answer:
            assert answer.read() == b"[]"
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{found[1]}api/entries", timeout=20)


def test_the_page_goes_where_the_training_fails(tmp_path: Path, opened: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), beside(tmp_path, watch=True):
        raise ZeroDivisionError
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(opened[0], timeout=20)


def test_without_watch_nothing_is_served(tmp_path: Path, opened: list[str]) -> None:
    with beside(tmp_path / "runs", watch=False):
        assert opened == []
    assert not (tmp_path / "runs").exists()


def test_what_keeps_the_page_away_is_said_before_anything_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hidden: Callable[[str], None]
) -> None:
    hidden("starlette")
    with pytest.raises(MissingExtraError, match=r"piste\[web\]"), beside(tmp_path, watch=True):
        pytest.fail("it trained")


@pytest.fixture
def hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Hide an installed package from processes started from here."""

    def hide(name: str) -> None:
        folder = tmp_path / "hiding"
        folder.mkdir()
        (folder / f"{name}.py").write_text(f"raise ModuleNotFoundError(name={name!r})\n")
        monkeypatch.setenv("PYTHONPATH", str(folder))

    return hide
