"""The report's file in the run folder."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from piste.core.errors import RunError
from piste.core.runs import REPORT, RunFolder
from piste.report import html, panels_of, write_report

RunOf = Callable[[str], RunFolder]


def test_the_report_is_the_page_of_the_run(folder: RunFolder) -> None:
    path = write_report(folder)
    assert path == folder.path / REPORT
    assert path.read_text("utf-8") == html(panels_of(folder), folder.record.name)


def test_an_older_report_is_replaced_and_nothing_else_is_left(run_of: RunOf) -> None:
    folder = run_of("two_class")
    before = {path.name for path in folder.path.iterdir()}
    folder.file(REPORT).write_text("old")
    first = write_report(folder).read_bytes()
    assert write_report(folder).read_bytes() == first != b"old"
    assert {path.name for path in folder.path.iterdir()} == before | {REPORT}


def test_an_older_report_stays_whole_where_the_new_one_does_not_fit(
    run_of: RunOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = run_of("two_class")
    folder.file(REPORT).write_text("old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(RunError, match="No space left"):
        write_report(folder)
    assert folder.file(REPORT).read_text() == "old"
    assert not list(folder.path.glob(".*tmp"))


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"has no run\.json"):
        write_report(RunFolder(tmp_path))
