import json
from pathlib import Path

import pytest

from piste.cli import main
from piste.cli.application import DONE
from piste.core.records import Status
from piste.core.studies import STUDY, StudyFolder, StudyRecord, TrialRecord, TrialStatus


def test_the_list_says_where_each_run_stands(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", str(runs)]) == DONE
    heading, *lines = capsys.readouterr().out.splitlines()
    assert heading.split()[:4] == ["run", "status", "data", "task"]
    finished, killed, failed, damaged = lines
    assert "finished" in finished
    assert "many-class" in finished
    assert "accuracy 0.9625 [0.931, 0.987]" in finished
    assert "2026-11-21 07:30" in finished
    assert "unfinished" in killed
    assert "failed" in failed
    assert "Column 'x' is all [missing]." in failed
    assert "damaged " in damaged
    assert "run.json is damaged" in damaged


def test_the_list_as_json_has_the_same(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", str(runs), "--json"]) == DONE
    listed = json.loads(capsys.readouterr().out)
    assert [line["status"] for line in listed] == ["finished", "unfinished", "failed", "damaged"]
    assert listed[0]["score"]["value"] == 0.9625
    assert listed[0]["path"] == str(runs / listed[0]["name"])
    assert listed[1]["score"] is None


def test_studies_are_listed_between_the_runs(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = StudyFolder(runs / "20261121-073500-flowers-study")
    study.path.mkdir()
    record = StudyRecord(
        study.path.name, Status.UNFINISHED, "2026-11-21T07:35:00Z", "", "flowers.csv", 0, "RMSE", False, (), {},
        "sobol", "none", 4, 9,
    )  # fmt: skip
    study.write(record)
    study.write_trials(
        TrialRecord(number, {}, (), status, score=score)
        for number, (status, score) in enumerate(
            [(TrialStatus.FINISHED, 2.5), (TrialStatus.STOPPED, 1.5), (TrialStatus.RUNNING, None)]
        )
    )
    assert main(["runs", str(runs)]) == DONE
    line = capsys.readouterr().out.splitlines()[2]
    for part in ("unfinished", "study", "best on validation: RMSE 1.5", "2 of 4 trials", "2026-11-21 07:35"):
        assert part in line
    assert main(["runs", str(runs), "--json"]) == DONE
    listed = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in listed] == ["run", "study", "run", "run", "run"]
    (study.path / STUDY).write_text("{")
    assert main(["runs", str(runs)]) == DONE
    assert "study.json is damaged" in capsys.readouterr().out


def test_a_folder_without_runs_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", str(tmp_path / "absent")]) == DONE
    assert capsys.readouterr().out == f"No runs in {tmp_path / 'absent'}.\n"
    assert main(["runs", str(tmp_path), "--json"]) == DONE
    assert json.loads(capsys.readouterr().out) == []
