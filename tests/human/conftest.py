"""A run folder to answer into, and a way to ask."""

from collections.abc import Callable
from pathlib import Path

import pytest

from piste.core.records import RunRecord, Status, Task
from piste.core.runs import RUN, RunFolder
from piste.human.asking import Asking, Question
from piste.human.form import Form

COLOURS = Form(Task.MANY_CLASS, "colour", ("red", "green", "blue"))

Ask = Callable[..., Asking]


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder.create(tmp_path, "iris")
    folder.write(RunRecord("iris", Status.FINISHED, "", "", 3, {}, "cpu", {}), RUN)
    return folder


@pytest.fixture
def asking(run: RunFolder) -> Ask:
    """Make a pass through rows 5, 3, 8 and 1 of the run."""

    def make(form: Form = COLOURS, name: str = "ann", **more: object) -> Asking:
        shown = more.pop("question", lambda row: Question({"row": f"number {row}"}))
        return Asking(run, name, form, (5, 3, 8, 1), shown, **more)  # type: ignore[arg-type]

    return make
