"""`piste tune`: from a line to a study, a run of its best settings, and a line that repeats it."""

import io
import json
import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from piste.cli.application import DONE, MISTAKE
from piste.cli.tune import fitted
from piste.core.records import Status
from piste.core.studies import STORE, StudyFolder, TrialRecord, TrialStatus, studies_in
from piste.recipe.tuned_study import Study

Piste = Callable[..., Any]
NETWORK = ("iris", "--model", "mlp", "--hidden", 8, "--epochs", 4)
SEARCH = ("--learning-rate", "log(1e-3, 0.3)", "--dropout", "uniform(0, 0.3)", "--at-once", 2, "--scheduler", "none")


@pytest.fixture(scope="module")
def study(piste: Piste, tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A finished study with its run; tests only read it."""
    folder = tmp_path_factory.mktemp("tune")
    outcome = piste("tune", *NETWORK, *SEARCH, "--trials", 6, "--runs", folder)
    assert outcome.code == DONE, outcome.err
    (found,) = studies_in(folder)
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["trial", "accuracy", "loss", "round", "dropout", "learning_rate"]
    expected, judged = lines[6:8]
    assert expected.startswith("Expect ")
    assert "being the best of 6 on the same 21 examples is worth" in expected
    assert judged.startswith("On the test split, judged once: accuracy ")
    assert len(lines) == 10  # beside these the heading, five trials, the line that repeats the best, and the study
    assert lines[-1] == f"Study: {found.path}"
    study = Study(found)
    assert lines[1].split()[0] == str(study.best.number)
    assert lines[-2] == f"Again: {study.run.record.command}"
    assert "6 of 6 trials" in outcome.err
    return study


def test_the_study_is_whole(study: Study) -> None:
    assert study.record.status is Status.FINISHED
    assert [one.number for one in study.trials] == list(range(6))
    assert {one.status for one in study.trials} == {TrialStatus.FINISHED}
    assert all(len(one.losses) == 4 and one.worker for one in study.trials)
    scores = [one.score or 0.0 for one in study.trials]
    assert study.best.score == max(scores)
    assert study.settings == study.best.settings
    assert (study.path / "report.html").is_file()


def test_the_run_is_what_the_best_trial_was(study: Study) -> None:
    epochs = study.run.epochs
    np.testing.assert_allclose([one.validation_loss for one in epochs], study.best.losses, rtol=1e-4)
    assert [one.validation_metric for one in epochs] == list(study.best.metrics)
    origins = {one.setting: one.origin for one in study.run.record.choices}
    assert (origins["learning_rate"], origins["epochs"]) == ("search", "command")


def test_the_line_repeats_it(study: Study) -> None:
    words = shlex.split(study.run.record.command)
    assert words[:3] == ["piste", "train", "iris"]
    given = dict(zip(words[3::2], words[4::2], strict=True))
    assert float(given["--learning-rate"]) == study.settings["learning_rate"]
    assert shlex.split(study.record.command)[:3] == ["piste", "tune", "iris"]
    assert "--learning-rate 'log(0.001, 0.3)'" in study.record.command


def test_a_table_too_wide_for_the_terminal_is_turned() -> None:
    rows = [("trial", "accuracy", "learning_rate"), ("17", "0.9", "0.001"), ("3", "0.8", "0.02")]
    lines = {}
    for width in (40, 28):
        written = io.StringIO()
        Console(width=width, file=written).print(fitted(rows, width))
        lines[width] = [line.split() for line in written.getvalue().splitlines()]
    assert lines[40] == [list(row) for row in rows]
    assert lines[28] == [["trial", "17", "3"], ["accuracy", "0.9", "0.8"], ["learning_rate", "0.001", "0.02"]]


def test_a_finished_study_has_nothing_left(piste: Piste, study: Study) -> None:
    before = study.trials
    outcome = piste("tune", study.path, "--quiet")
    assert (outcome.code, outcome.out) == (DONE, f"{study.path}\n"), outcome.err
    assert study.trials == before
    assert study.record.status is Status.FINISHED


def test_spaces_are_shown_without_data(piste: Piste) -> None:
    outcome = piste("tune", "--show-space")
    assert outcome.code == DONE
    assert len(re.findall(r"^64 trials of at most", outcome.out, re.M)) == 5
    assert re.search(r"hidden +choice\(\[16, 32, 64\]", outcome.out.partition("pictures")[2])
    listed = json.loads(piste("tune", "--show-space", "--json", "--model", "gru", "--dropout", "uniform(0, 0.5)").out)
    assert {key: [one["name"] for one in found] for key, found in listed.items()} == {
        "5,000 sequences of 40 steps, 10 classes": ["dropout"], "5,000 texts of 50 words, 2 classes": ["dropout"]
    }  # fmt: skip
    nowhere = piste("tune", "--show-space", "--model", "gru", "--normalise", "pixels")
    assert nowhere.code == MISTAKE
    nothing = piste("tune", "--model", "gru")
    assert (nothing.code, nothing.out) == (MISTAKE, "")
    assert "The argument DATA is missing" in nothing.err


def test_the_space_is_shown_and_nothing_is_trained(piste: Piste, tmp_path: Path) -> None:
    outcome = piste("tune", "iris", "--show-space", "--runs", tmp_path / "runs")
    assert outcome.code == DONE
    assert re.search(r"learning_rate +log\(0.0001, 0.04\) +0.002 +by its logarithm", outcome.out)
    assert "nothing matters more" in outcome.out
    assert re.search(r"^64 trials of at most \d+ rounds each, sampler sobol, scheduler hyperband\.$", outcome.out, re.M)
    listed = json.loads(piste("tune", "iris", "--show-space", "--json", "--dropout", "uniform(0, 0.5)").out)
    assert [(one["name"], one["prior"], one["usual"], one["why"]) for one in listed] == [
        ("dropout", "uniform(0, 0.5)", "0.2", "given by the command line")
    ]
    varied = json.loads(piste("tune", "iris", "--show-space", "--json", "--batch-norm", "choice(true, false)").out)
    assert [(one["name"], one["prior"]) for one in varied] == [("batch_norm", "choice(true, false)")]
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--learning-rate", "log(1e-4, 5000)"), "The 'learning_rate' setting must be a number in"),
        (("--seed", "integers(0, 3)"), "The setting 'seed' cannot vary in a search"),
        (("--momentum", "uniform(0, 0.9)", "--optimiser", "adagrad"), "The 'momentum' setting belongs to"),
        (("--sampler", "grid", "--trials", 4), "A grid of these"),
        (("--sampler", "pbt", "--scheduler", "median"), "Population-based training stops no trial"),
        (("--store", "mysql://ann:s3cret@host/db", "--epochs", 1), "A study is kept in SQLite or PostgreSQL"),
    ],
)  # fmt: skip
def test_mistakes_are_one_sentence(piste: Piste, tmp_path: Path, words: tuple[object, ...], sentence: str) -> None:
    outcome = piste("tune", "iris", "--model", "mlp", *words, "--runs", tmp_path / "runs", "--quiet")
    assert (outcome.code, outcome.out) == (MISTAKE, "")
    assert sentence in outcome.err
    assert outcome.err.count("\n") == 1
    assert "s3cret" not in outcome.err
    assert not (tmp_path / "runs").exists()


def test_a_search_without_a_result_says_why(piste: Piste, tmp_path: Path) -> None:
    network = ("--model", "mlp", "--hidden", 8, "--epochs", 4, "--no-batch-norm", "--optimiser", "sgd", "--clip", 0)
    words = ("--learning-rate", "uniform(900, 1000)", "--trials", 2, "--runs", tmp_path)
    outcome = piste("tune", "diabetes", *network, *words)
    assert outcome.code == MISTAKE
    assert "None of 2 trials came to a score: in all of them the loss was no longer a number." in outcome.err
    (folder,) = studies_in(tmp_path)
    assert outcome.out == f"Study: {folder.path}\n"
    assert (folder.path / "report.html").is_file()


def test_what_a_study_is_cannot_be_changed(piste: Piste, study: Study) -> None:
    outcome = piste("tune", study.path, "--dropout", "0.1")
    assert outcome.code == MISTAKE
    assert "The setting 'dropout' of a study that goes on is what it was" in outcome.err
    outcome = piste("tune", study.path, "--trials", 3)
    assert outcome.code == MISTAKE
    assert "has 6 trials already" in outcome.err


def ended(folder: Path) -> int:
    """Return how many trials of the study in `folder` have ended, seen from outside."""
    stores = list(folder.glob(f"*/{STORE}"))
    if not stores:
        return 0
    with sqlite3.connect(f"file:{stores[0]}?mode=ro", uri=True, timeout=30) as connection:
        try:
            return int(connection.execute("SELECT COUNT(*) FROM trials WHERE state = 'COMPLETE'").fetchone()[0])
        except sqlite3.OperationalError:  # the tables are being made
            return 0


def results(trials: tuple[TrialRecord, ...]) -> list[tuple[object, ...]]:
    return [(one.number, dict(one.settings), one.status, one.losses, one.score) for one in trials]


@pytest.mark.parametrize("kind", [signal.SIGKILL, signal.SIGINT], ids=["killed", "stopped"])
def test_a_study_that_was_cut_short_ends_as_if_it_never_was(
    piste: Piste, study: Study, tmp_path: Path, kind: signal.Signals
) -> None:
    words = ["tune", *map(str, NETWORK), *map(str, SEARCH), "--trials", "6", "--runs", str(tmp_path), "--no-final"]
    process = subprocess.Popen([sys.executable, "-m", "piste", *words], stderr=subprocess.PIPE, env=os.environ)
    with process:
        while ended(tmp_path) < 2 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(kind)
        error = (process.stderr.read() if process.stderr else b"").decode()
    (folder,) = studies_in(tmp_path)
    if kind is signal.SIGINT and process.returncode != DONE:
        assert process.returncode == 130
        assert f"`piste tune {folder.path}` goes on." in error
    outcome = piste("tune", folder.path, "--no-final", "--quiet")
    assert outcome.code == DONE, outcome.err
    assert StudyFolder.open(folder.path).record.status is Status.FINISHED
    assert results(folder.trials) == results(study.trials)
