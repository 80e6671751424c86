"""A study is shown from its records, and while it goes on from its store."""

from pathlib import Path
from typing import Any

import pytest
from tests.web.samples import MARKUP, stored, study

from piste.core.errors import RunError
from piste.core.records import Status
from piste.core.studied import RESULTS
from piste.core.studies import STORE
from piste.web.places import Places
from piste.web.records import Reader
from piste.web.studies import Studies


def content(root: Path, name: str = "search") -> dict[str, Any]:
    return Studies(Places.of(root), Reader()).content(name)


def test_trials_come_without_their_curves_and_with_the_results(shown: Path) -> None:
    found = content(shown)
    assert [one["number"] for one in found["trials"]] == list(range(40))
    assert not {"losses", "metrics", "examples"} & set(found["trials"][0])
    assert found["trials"][7]["note"] == MARKUP
    assert found["results"].best is not None
    assert found["note"] == ""


def test_the_parts_are_those_that_the_page_does_not_draw(shown: Path) -> None:
    parts = {one.name for one in Studies(Places.of(shown), Reader()).parts("search")}
    assert {"result", "space"} <= parts
    assert not {"parallel", "slices", "importance", "trials"} & parts


def test_a_run_is_no_study(shown: Path) -> None:
    with pytest.raises(RunError, match="is a run"):
        content(shown, "two_class")


def test_a_study_that_goes_on_is_read_from_its_store(tmp_path: Path) -> None:
    folder = study(tmp_path / "search", Status.UNFINISHED)
    stored(folder, 3)
    folder.write_trials(())
    found = content(tmp_path)["trials"]
    assert [(one["number"], one["status"]) for one in found] == [(0, "running"), (1, "running"), (2, "waiting")]


def test_a_store_that_cannot_be_read_leaves_what_was_written_before(tmp_path: Path) -> None:
    folder = study(tmp_path / "search", Status.UNFINISHED)
    (folder.path / STORE).write_bytes(b"SQLite format 3\0 and no more")
    found = content(tmp_path)
    assert len(found["trials"]) == 40
    assert "could not be read" in found["note"]


def test_damaged_results_are_said_and_hide_no_trial(tmp_path: Path) -> None:
    folder = study(tmp_path / "search")
    (folder.path / RESULTS).write_text("{")
    found = content(tmp_path)
    assert len(found["trials"]) == 40
    assert "results.json is damaged" in found["note"]
