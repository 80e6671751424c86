import json
from pathlib import Path

import pytest

from piste.cli import main
from piste.cli.application import DONE


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


def test_a_folder_without_runs_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs", str(tmp_path / "absent")]) == DONE
    assert capsys.readouterr().out == f"No runs in {tmp_path / 'absent'}.\n"
    assert main(["runs", str(tmp_path), "--json"]) == DONE
    assert json.loads(capsys.readouterr().out) == []
