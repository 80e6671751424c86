"""`piste train`: what stands on which stream, where settings come from, and what is left behind."""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from piste.cli.application import DONE, MISTAKE
from piste.core.records import RunRecord, decode
from piste.core.runs import RunFolder, runs_in

TINY = ("--epochs", "2", "--hidden", "4")
Piste = Callable[..., Any]


def only_run(folder: Path) -> RunFolder:
    (run,) = runs_in(folder)
    return run


def test_everything_said_goes_to_stderr_as_plain_lines(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "piste", "train", "wine", *TINY]
    outcome = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, text=True, timeout=300
    )
    assert (outcome.returncode, outcome.stdout) == (DONE, "")
    run = only_run(tmp_path / "runs")
    assert outcome.stderr.splitlines()[-1] == f"Report: {Path('runs') / run.name / 'report.html'}"
    for said in (
        "Data: wine, 178 rows from wine (scikit-learn)",
        "Features: 13 used (13 number)",
        "Split: stratified, train ",
        "  --hidden 4 ",
        "Stopped after epoch 2: all epochs are done.",
        run.evaluation.verdict,
    ):
        assert said in outcome.stderr
    assert not {"\r", "\x1b"} & set(outcome.stderr)
    assert {path.name for path in run.path.iterdir()} == {
        "run.json", "data.json", "evaluation.json", "lint.json", "metrics.jsonl", "model", "predictions.parquet",
        "report.html", "watched.json", "reference.json", "reference.parquet",
    }  # fmt: skip


def test_quiet_says_where_the_run_is_and_nothing_else(piste: Piste, tmp_path: Path) -> None:
    outcome = piste("train", "iris", "--runs", tmp_path, "--quiet", *TINY)
    assert (outcome.code, outcome.out, outcome.err) == (DONE, f"{only_run(tmp_path).path}\n", "")


def test_json_is_one_document_of_the_records(piste: Piste, tmp_path: Path) -> None:
    outcome = piste("train", "iris", "--runs", tmp_path, "--json", *TINY)
    assert (outcome.code, outcome.err) == (DONE, "")
    document = json.loads(outcome.out)
    run = only_run(tmp_path)
    assert document.keys() == {"path", "run", "data", "evaluation"}
    assert document["path"] == str(run.path)
    assert decode(json.dumps(document["run"]), RunRecord) == run.record
    assert document["run"]["status"] == "finished"
    assert document["evaluation"]["rows"] == document["data"]["split"]["sizes"]["test"]


def test_settings_come_from_the_command_the_file_and_the_data(piste: Piste, fruit: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(
        "[data]\ntarget = 'sort'\nseed = 5\n[model]\nhidden = [6, 3]\n[training]\nepochs = 9\nstop_at = 1\n"
    )
    outcome = piste("train", fruit, "--config", file, "--runs", tmp_path, "--epochs", 1, "--no-batch-norm")
    assert outcome.code == DONE
    record = only_run(tmp_path).record
    found = {choice.setting: (choice.value, choice.origin) for choice in record.choices}
    assert found["epochs"] == (1, "command")
    assert found["batch_norm"] == (False, "command")
    assert found["hidden"] == ([6, 3], "file")
    assert found["seed"] == (5, "file")
    assert found["stop_at"] == (1, "file")
    assert found["learning_rate"][1] == "default"
    assert all(choice.reason for choice in record.choices if choice.setting in ("learning_rate", "dropout"))
    assert record.seed == record.settings["data"]["seed"] == 5
    lines = [line.split() for line in outcome.err.splitlines()]
    assert ["--hidden", "6,3", "given", "by", "the", "settings", "file"] in lines
    assert ["--no-batch-norm", "given", "by", "the", "command", "line"] in lines


def test_the_line_that_repeats_a_run_repeats_its_bits(piste: Piste, tmp_path: Path) -> None:
    assert piste("train", "wine", "--runs", tmp_path / "first", "--seed", 3, "--drop=-2,hue", *TINY).code == DONE
    first = only_run(tmp_path / "first")
    name, *words = shlex.split(first.record.command)
    assert name == "piste"
    assert piste(*words, "--runs", tmp_path / "again").code == DONE
    again = only_run(tmp_path / "again")
    weights = ("model", "parameters.safetensors")
    assert again.file(*weights).read_bytes() == first.file(*weights).read_bytes()
    assert again.evaluation.scores == first.evaluation.scores
    assert again.data.fingerprint == first.data.fingerprint


def test_how_the_data_are_read_and_split_is_as_asked(piste: Piste, fruit: Path, tmp_path: Path) -> None:
    heading, *rows = fruit.read_text().splitlines()
    (tmp_path / "plain.csv").write_text("\n".join(rows))
    (tmp_path / "test.csv").write_text("\n".join([heading, *rows[:14]]))
    words = {
        "position": (tmp_path / "plain.csv", "--no-header", "--target=-1", "--split", "0.5/0.25/0.25", "--drop", 1),
        "test file": (fruit, "--target", "sort", "--test", tmp_path / "test.csv"),
        "time": (fruit, "--target", "sort", "--time", "picked"),
    }
    data = {}
    for name, given in words.items():
        assert piste("train", *given, "--runs", tmp_path / name, *TINY).code == DONE
        data[name] = only_run(tmp_path / name).data
    assert data["position"].split.sizes["train"] == 30
    used = {feature.name: (feature.used, feature.reason) for feature in data["position"].features}
    assert list(used) == ["column_1", "column_2", "column_3"]
    assert used["column_2"] == (False, "left out with --drop")
    assert data["test file"].split.method == "file"
    assert data["test file"].split.sizes["test"] == 14
    assert data["time"].split.method == "time"


def test_a_training_that_reaches_its_target_stops_there(piste: Piste, fruit: Path, tmp_path: Path) -> None:
    outcome = piste(
        "train", fruit, "--target", "sort", "--runs", tmp_path, "--hidden", 4, "--epochs", 50, "--stop-at", 0
    )
    assert outcome.code == DONE
    assert "Stopped after epoch 1: the metric reached the target set for it." in outcome.err
    record = only_run(tmp_path).record
    assert record.training is not None
    assert (record.training.stopped, record.training.epochs) == ("target", 1)


def test_a_training_that_has_no_time_stops_at_its_first_pause(piste: Piste, tmp_path: Path) -> None:
    assert (
        piste("train", "iris", "--runs", tmp_path, "--hidden", 4, "--minutes", 1e-9, "--epochs", 100_000).code == DONE
    )
    record = only_run(tmp_path).record
    assert record.training is not None
    assert record.training.stopped == "time"
    assert record.training.epochs < 100_000


def test_a_place_where_no_run_can_be_kept_is_named(piste: Piste, tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    outcome = piste("train", "iris", "--runs", tmp_path / "runs", *TINY, "--quiet")
    assert (outcome.code, outcome.out) == (MISTAKE, "")
    assert outcome.err.startswith(f"piste: Could not make the run folder {tmp_path / 'runs'}")
    assert outcome.err.count("\n") == 1
