"""Labelling is reached from the page, where that is allowed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import COLOURS

from piste.core.errors import RunError
from piste.core.human import ANSWERS, HumanAnswer
from piste.core.records import RunRecord, Status
from piste.core.runs import RUN, RunFolder
from piste.human.asking import Asking, Question

Ask = Callable[..., Any]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        RunFolder(tmp_path / name).write(RunRecord(name, Status.FINISHED, "", "", 3, {}, "cpu", {}), RUN)
    return tmp_path


def questions(ended: list[str]) -> Callable[[RunFolder], Any]:
    from piste.web.labelling import Questions

    def of(folder: RunFolder) -> Questions:
        if folder.name == "other":
            raise RunError("Its data are gone.")
        asking = Asking(folder, "me", COLOURS, (5, 3), lambda row: Question({"row": str(row)}))
        return Questions(asking, lambda: ended.append(folder.name))

    return of


def test_a_person_labels_through_the_page(runs: Path, ask: Ask) -> None:
    pytest.importorskip("starlette", reason="the extra web is not installed")
    ended: list[str] = []
    page = ask(runs, control=True, ask=questions(ended))
    assert 'data-allowed="label"' in page.get("").text
    assert page.get("labelling/one/label").status_code == 200
    assert page.get("labelling/one/assets/label.js").status_code == 200
    assert page.get("labelling/one/label/state").json()["total"] == 2
    done = page.post("labelling/one/label/done", {"what": "answer", "at": 0, "labels": ["red"]}).json()
    assert done["at"] == 1
    assert [one.said for one in RunFolder(runs / "one").lines(HumanAnswer, ANSWERS)] == ["red"]
    assert page.post("labelling/one/label/done", {"what": "finish"}).json()["finished"]
    assert ended == ["one"]


def test_a_run_that_cannot_be_asked_about_says_why(runs: Path, ask: Ask) -> None:
    pytest.importorskip("starlette", reason="the extra web is not installed")
    answer = ask(runs, control=True, ask=questions([])).get("labelling/other/label")
    assert (answer.status_code, answer.text) == (404, "Its data are gone.")
    assert ask(runs, control=True, ask=questions([])).get("labelling/none/label").status_code == 404


def test_without_control_nobody_labels(runs: Path, ask: Ask) -> None:
    pytest.importorskip("starlette", reason="the extra web is not installed")
    page = ask(runs, ask=questions([]))
    assert 'data-allowed=""' in page.get("").text
    assert page.get("labelling/one/label").status_code == 404
