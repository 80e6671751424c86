"""What is said to a training is shown to all, and may be said by the page only where that is allowed."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from piste.core.nursing import INBOX, NURSING, bedside, waiting
from piste.core.runs import RunFolder

Ask = Callable[..., Any]
PLACE = "api/runs/unfinished/nurse"


@pytest.fixture
def nursed(shown: Path, tmp_path: Path) -> Path:
    """A training that listens, and that a test may speak to."""
    shutil.copytree(shown / "unfinished", tmp_path / "runs" / "unfinished")
    return tmp_path / "runs"


@pytest.fixture
def listening(nursed: Path) -> Iterator[RunFolder]:
    """That training, while somebody trains it."""
    with bedside(RunFolder(nursed / "unfinished")):
        yield RunFolder(nursed / "unfinished")


def test_branches_are_shown_to_all(shown: Path, ask: Ask) -> None:
    found = ask(shown).get(PLACE).json()
    assert [one["change"] for one in found["nursed"]["branches"]] == ["", "rate 0.5x"]
    assert found["nursed"]["heard"][1]["refused"]
    assert (found["listens"], found["control"]) == (False, False)
    assert ask(shown).get("api/runs/two_class/nurse").json()["nursed"] is None


def test_a_command_reaches_the_training(listening: RunFolder, nursed: Path, ask: Ask) -> None:
    page = ask(nursed, control=True)
    assert page.get(PLACE).json()["listens"]
    order = page.post(PLACE, {"words": "rate 0.5x"}).json()["id"]
    assert [(one.id, one.words, one.by) for one in waiting(listening)] == [(order, "rate 0.5x", "the page")]
    assert page.get(PLACE).json()["waiting"][0]["words"] == "rate 0.5x"


@pytest.mark.parametrize("words", ["", "sing", "rate", "rate -1", "stop now", "rate 0.5x " * 50])
def test_what_is_no_command_is_refused(listening: RunFolder, nursed: Path, ask: Ask, words: str) -> None:
    answer = ask(nursed, control=True).post(PLACE, {"words": words})
    assert answer.status_code in (400, 404)
    assert answer.json()["error"].endswith(".")
    assert waiting(listening) == ()


def test_nobody_is_spoken_to_where_nobody_listens(nursed: Path, ask: Ask) -> None:
    assert ask(nursed, control=True).post(PLACE, {"words": "stop"}).status_code == 400
    assert not (nursed / "unfinished" / NURSING / INBOX).exists()


def test_without_control_there_is_no_place_to_speak(listening: RunFolder, nursed: Path, ask: Ask) -> None:
    assert ask(nursed).post(PLACE, {"words": "stop"}).status_code == 405
    assert waiting(listening) == ()


def test_nothing_is_written_outside_of_the_run(nursed: Path, tmp_path: Path, ask: Ask) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lock").touch()
    (nursed / "unfinished" / NURSING).symlink_to(elsewhere)
    page = ask(nursed, control=True)
    with bedside(RunFolder(nursed / "unfinished")):
        assert page.post(PLACE, {"words": "stop"}).status_code == 400
        assert not page.get(PLACE).json()["listens"]
    assert [one.name for one in elsewhere.iterdir()] == ["lock"]
