"""The command line called in this process; a run that it trained; a folder of runs as trainings leave them."""

import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from piste.cli import main
from piste.core.records import (
    DataRecord,
    EvaluationRecord,
    FeatureRecord,
    Kind,
    RunRecord,
    Score,
    SplitRecord,
    Status,
    TargetRecord,
    Task,
)
from piste.core.runs import DATA, EVALUATION, RUN, RunFolder

TINY = ("--epochs", "2", "--hidden", "4")
FRUIT = [
    "size,colour,picked,sort",
    *(
        f"{row % 9 + 10 * (row % 2)},{'rgb'[row % 3]},2024-01-{row % 28 + 1:02},{('plum', 'fig')[row % 2]}"
        for row in range(60)
    ),
]


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code, and what stood on the two streams."""

    code: int
    out: str
    err: str


Piste = Callable[..., Outcome]


def call(*words: object) -> Outcome:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main([str(word) for word in words])
    return Outcome(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def piste() -> Piste:
    """The command line: takes its words, returns how it ended."""
    return call


@pytest.fixture(scope="session")
def fruit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table with a number, a category, a date and two classes, in a folder of its own."""
    path = tmp_path_factory.mktemp("fruit") / "fruit.csv"
    path.write_text("\n".join(FRUIT) + "\n")
    return path


@pytest.fixture(scope="session")
def fruit_run(fruit: Path) -> Path:
    """The folder of a finished run on the table of fruit; tests only read it."""
    outcome = call("train", fruit, "--target", "sort", "--runs", fruit.parent / "runs", "--quiet", *TINY)
    assert (outcome.code, outcome.err) == (0, "")
    return Path(outcome.out.strip())


SCORE = Score("accuracy", 0.9625, 0.931, 0.987, higher_is_better=True)


def leave_run(folder: Path, status: Status, error: str = "") -> RunFolder:
    run = RunFolder(folder)
    folder.mkdir(parents=True)
    record = RunRecord(
        folder.name, status, "2026-11-21T07:30:00Z", "piste train flowers.csv", 3, {}, "cpu", {}, error=error
    )
    run.write(record, RUN)
    return run


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """The folder with the four runs."""
    folder = tmp_path / "runs"
    finished = leave_run(folder / "20261121-073000-flowers", Status.FINISHED)
    feature = FeatureRecord("petal", Kind.NUMBER, "every value is a number", True, 0, 43)
    target = TargetRecord(("species",), Task.MANY_CLASS, "three labels", ("a", "b", "c"))
    split = SplitRecord("stratified", "", {"train": 105, "validation": 22, "test": 23})
    finished.write(DataRecord("flowers", "flowers.csv", "00", 150, (feature,), target, split), DATA)
    finished.write(EvaluationRecord(23, "accuracy", (SCORE,), verdict="Better than every baseline."), EVALUATION)
    leave_run(folder / "20261121-074000-killed", Status.UNFINISHED)
    leave_run(folder / "20261121-075000-failed", Status.FAILED, "Column 'x' is all [missing].")
    damaged = leave_run(folder / "20261121-080000-damaged", Status.FINISHED)
    damaged.file(RUN).write_text("{")
    return folder
