"""A folder of runs as trainings leave them: one finished, one killed, one failed, one damaged."""

from pathlib import Path

import pytest

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
