"""The page is told at once how things stand, and then only what is new."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra web is not installed")

from piste.web.events import stream
from piste.web.records import stamps


class Visitor:
    """A request that ends after so many looks."""

    def __init__(self, looks: int) -> None:
        self.left = looks

    async def is_disconnected(self) -> bool:
        self.left -= 1
        return self.left < 0


def heard(look: Any, looks: int, seconds: float = 0.0) -> list[bytes]:
    async def listen() -> list[bytes]:
        answer = stream(Visitor(looks), look, seconds)  # type: ignore[arg-type]
        assert answer.media_type == "text/event-stream"
        return [bytes(line) async for line in answer.body_iterator]  # type: ignore[arg-type]

    return asyncio.run(listen())


def test_only_what_is_new_is_told() -> None:
    states = iter([{"a": 1}, {"a": 1}, {"a": 2}, {"a": 2}])
    assert heard(lambda: next(states), 4) == [b'data: {"a":1}\n\n', b'data: {"a":2}\n\n']


def test_a_folder_that_is_gone_is_nothing() -> None:
    def gone() -> Any:
        raise FileNotFoundError

    assert heard(gone, 2) == [b"data: null\n\n"]


def test_files_of_a_run_change_their_stamps(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    (tmp_path / "other.txt").write_text("")
    before = stamps(tmp_path)
    assert set(before) == {"run.json"}
    (tmp_path / "run.json").write_text("{ }")
    (tmp_path / "view-surface.json").write_text("")
    after = stamps(tmp_path)
    assert set(after) == {"run.json", "view-surface.json"}
    assert after["run.json"] != before["run.json"]
