"""What the network said, read back as it was written for each task."""

import re
from pathlib import Path

import numpy as np
import pytest

from piste.core.errors import RunError
from piste.core.records import DataRecord, RunRecord, SplitRecord, Status, TargetRecord, Task
from piste.core.runs import DATA, PREDICTIONS, RUN, RunFolder
from piste.evaluate import Predictions
from piste.recipe.said import check_askable, known_of
from piste.recipe.tables import prediction_columns, truth_columns, write_table


def written(path: Path, said: Predictions) -> RunFolder:
    """The run folder that an evaluation of `said` leaves."""
    folder = RunFolder.create(path, "x")
    folder.write(RunRecord("x", Status.FINISHED, "", "", 3, {}, "cpu", {}), RUN)
    target = TargetRecord(said.names, said.task, "", said.classes)
    folder.write(DataRecord("x", "x.csv", "00", 9, (), target, SplitRecord("random", "", {})), DATA)
    table = {
        "row": np.array([7, 3, 5]),
        **truth_columns(said),
        **prediction_columns(said.task, said.classes, said.names, said.outputs),
    }
    write_table(table, folder.file(PREDICTIONS))
    return folder


def test_classes(tmp_path: Path) -> None:
    outputs = np.array([[0.5, 0.25, 0.25], [0.125, 0.875, 0.0], [0.25, 0.25, 0.5]])
    said = Predictions(Task.MANY_CLASS, ("1", "2", "cat"), np.array([0, 2, 2]), outputs, ("kind",))
    known = known_of(written(tmp_path, said))
    assert known.rows.tolist() == [7, 3, 5]
    assert known.truth.tolist() == ["1", "cat", "cat"]
    assert known.network.tolist() == ["1", "2", "cat"]
    assert known.confidence is not None
    assert known.confidence.tolist() == [0.5, 0.875, 0.5]


def test_labels(tmp_path: Path) -> None:
    truth = np.array([[1, 0, 1], [0, 0, 0], [0, 1, 0]])
    outputs = np.array([[0.9, 0.2, 0.7], [0.1, 0.6, 0.0], [0.1, 0.1, 0.1]])
    names = ("comedy", "drama", "war")
    known = known_of(written(tmp_path, Predictions(Task.MULTI_LABEL, names, truth, outputs, names)))
    assert known.truth.tolist() == ["comedy, war", "none", "drama"]
    assert known.network.tolist() == ["comedy, war", "drama", "none"]
    assert known.classes == names


def test_numbers(tmp_path: Path) -> None:
    truth, outputs = np.array([[1.0], [2.0], [4.5]]), np.array([[1.5], [2.5], [3.0]])
    known = known_of(written(tmp_path, Predictions(Task.REGRESSION, (), truth, outputs, ("price",))))
    assert known.numbers
    assert known.truth.tolist() == [1.0, 2.0, 4.5]
    assert known.network.tolist() == [1.5, 2.5, 3.0]


def test_an_absent_or_damaged_file_is_named(tmp_path: Path) -> None:
    truth, outputs = np.array([[1.0], [2.0], [4.5]]), np.zeros((3, 1))
    folder = written(tmp_path, Predictions(Task.REGRESSION, (), truth, outputs, ("price",)))
    folder.file(PREDICTIONS).write_bytes(b"PAR1 and no more")
    with pytest.raises(RunError, match=r"predictions\.parquet is damaged"):
        known_of(folder)
    write_table({"row": np.array([1])}, folder.file(PREDICTIONS))
    with pytest.raises(RunError, match=re.escape("has no column 'truth'")):
        known_of(folder)
    folder.file(PREDICTIONS).unlink()
    with pytest.raises(RunError, match=r"has no predictions\.parquet"):
        known_of(folder)


def test_several_numbers_at_once_are_too_much_to_ask() -> None:
    with pytest.raises(RunError, match="predicts 2 numbers at once"):
        check_askable(TargetRecord(("x", "y"), Task.REGRESSION, ""))
