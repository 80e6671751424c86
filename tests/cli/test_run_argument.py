"""What RUN means on the command line: a folder, a name inside the folder of runs, or the best run of a study."""

from pathlib import Path

import pytest

from piste.cli.run_argument import find_study, open_run
from piste.core.errors import RunError
from piste.core.records import Status
from piste.core.runs import RUN
from piste.core.studies import StudyFolder, StudyRecord


def a_study(runs: Path, run: str) -> StudyFolder:
    record = StudyRecord("s", Status.FINISHED, "", "", "", 0, "accuracy", True, (), {}, "sobol", "none", 1, 1, run=run)
    folder = StudyFolder(runs / "s-study")
    folder.path.mkdir(parents=True)
    folder.write(record)
    return folder


def test_a_run_is_named_by_its_folder_or_inside_the_folder_of_runs(tmp_path: Path) -> None:
    (tmp_path / "runs" / "one").mkdir(parents=True)
    (tmp_path / "runs" / "one" / RUN).write_text("{}")
    for name, runs in (("one", tmp_path / "runs"), (str(tmp_path / "runs" / "one"), tmp_path / "elsewhere")):
        assert open_run(name, runs).path == tmp_path / "runs" / "one"
    with pytest.raises(RunError, match=r"is not a run folder"):
        open_run("two", tmp_path / "runs")


def test_a_study_stands_for_the_run_of_its_best_settings(tmp_path: Path) -> None:
    (tmp_path / "best").mkdir()
    (tmp_path / "best" / RUN).write_text("{}")
    study = a_study(tmp_path, "best")
    assert open_run("s-study", tmp_path).path == tmp_path / "best"
    assert open_run(str(study.path)).path == tmp_path / "best"
    assert find_study("best", tmp_path) is None


def test_a_study_without_such_a_run_says_how_to_make_one(tmp_path: Path) -> None:
    study = a_study(tmp_path, "")
    with pytest.raises(RunError, match=f"no run of its best settings: `piste tune {study.path}` makes one"):
        open_run("s-study", tmp_path)
