import os
import pty
import sys
import time
from pathlib import Path

import pytest

from piste.core import nursing
from piste.core.records import RunRecord, Status
from piste.core.runs import RUN, RunFolder
from piste.recipe.nurse_keys import KEYS, heard, keys_heard


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path)
    run.write(RunRecord("iris", Status.UNFINISHED, "2026-11-21T07:30:00Z", "piste train iris", 0, {}, "cpu", {}), RUN)
    return run


def typed(folder: RunFolder, letters: str) -> list[str]:
    line: str | None = None
    for letter in letters:
        line = heard(folder, letter, line)
    return [one.words for one in nursing.waiting(folder)]


def test_every_key_is_a_command(folder: RunFolder) -> None:
    assert typed(folder, "".join(KEYS)) == list(KEYS.values())


def test_after_a_colon_any_command_can_be_written_and_mended(folder: RunFolder) -> None:
    assert typed(folder, ":rate 3y\x7fx\n-") == ["rate 3x", "rate 0.5x"]


def test_other_keys_and_slips_are_passed_over(folder: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(folder, "xq1?:\n:nonsense\n") == []
    assert "'nonsense' is nothing that a training can be told." in capsys.readouterr().err


def test_keys_of_a_terminal_are_heard(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    controller, terminal = pty.openpty()
    with os.fdopen(terminal) as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", stream)
        with keys_heard(folder):
            os.write(controller, b"p:dropout 0.2\n")
            until = time.monotonic() + 10
            while len(nursing.waiting(folder)) < 2 and time.monotonic() < until:
                time.sleep(0.02)
    os.close(controller)
    assert [one.words for one in nursing.waiting(folder)] == ["pause", "dropout 0.2"]
    assert {one.by for one in nursing.waiting(folder)} == {f"{nursing.person()} at the keyboard"}


def test_without_a_terminal_nothing_is_read(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    with Path(os.devnull).open() as stream, monkeypatch.context() as patch:
        patch.setattr(sys, "stdin", stream)
        with keys_heard(folder):
            pass
    assert nursing.waiting(folder) == ()
