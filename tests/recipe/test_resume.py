import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import piste
from piste.core.errors import RunError
from piste.core.records import Status
from piste.core.runs import CHECKPOINTS, RunFolder, runs_in
from piste.recipe import job
from piste.recipe.run import Run

SETTINGS: dict[str, Any] = {"epochs": 60, "hidden": (16,), "learning_rate": 0.02, "checkpoint": 0.0}
COMMAND = [sys.executable, "-m", "piste"]
PARAMETERS = ("model", "parameters.safetensors")
KILLS = 20


def crashed(folder: Path, monkeypatch: pytest.MonkeyPatch, data: object = "iris") -> RunFolder:
    """A run that broke after its training."""

    def broken(*positional: object, **keywords: object) -> None:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patch:
        patch.setattr(job, "run_baselines", broken)
        with pytest.raises(RuntimeError, match="a fault"):
            piste.train(data, runs=folder, quiet=True, **SETTINGS)
    (run,) = runs_in(folder)
    return run


def test_a_run_that_crashed_is_finished_as_if_it_had_not(
    iris: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = crashed(tmp_path, monkeypatch)
    assert folder.record.status is Status.FAILED
    run = piste.resume(folder.path, quiet=True)
    assert run.record.status is Status.FINISHED
    assert run.record.error == ""
    assert run.folder.file(*PARAMETERS).read_bytes() == iris.folder.file(*PARAMETERS).read_bytes()
    assert [one.validation_loss for one in run.epochs] == [one.validation_loss for one in iris.epochs]
    assert run.evaluation.scores == iris.evaluation.scores
    assert not run.folder.file(CHECKPOINTS).exists()


def test_a_finished_run_is_left_as_it_is(iris: Run) -> None:
    before = iris.folder.file(*PARAMETERS).stat().st_mtime_ns
    assert piste.resume(iris, quiet=True).path == iris.path
    assert iris.folder.file(*PARAMETERS).stat().st_mtime_ns == before


def test_data_from_python_are_needed_again_and_must_be_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inputs = np.random.default_rng(0).normal(size=(80, 2))
    data = (inputs, (inputs[:, 0] > 0).astype(int))
    folder = crashed(tmp_path, monkeypatch, data)
    with pytest.raises(RunError, match="give them again"):
        piste.resume(folder.path, quiet=True)
    with pytest.raises(RunError, match="have changed"):
        piste.resume(folder.path, (inputs + 1, data[1]), quiet=True)
    assert piste.resume(folder.path, data, quiet=True).record.status is Status.FINISHED


def test_ctrl_c_leaves_a_checkpoint(tmp_path: Path) -> None:
    command = [*COMMAND, "train", "iris", "--runs", str(tmp_path), "--epochs", "100000", "--patience", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if " epoch " in line:
                break
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(60) == 130
    assert "Traceback" not in rest
    (run,) = runs_in(tmp_path)
    assert run.record.status is Status.FAILED
    assert "piste resume" in run.record.error
    assert list(run.file(CHECKPOINTS).iterdir())


@pytest.mark.slow
def test_a_run_killed_at_random_moments_ends_bit_identical(tmp_path: Path) -> None:
    # Long enough that most kills fall into the training: about half a minute on two cores.
    flags = ["--quiet", "--model", "mlp", "--hidden", "256,256", "--batch-size", "16", "--epochs", "600"]
    flags += ["--patience", "0", "--checkpoint", "0"]
    whole = subprocess.run(
        [*COMMAND, "train", "digits", "--runs", str(tmp_path / "whole"), *flags],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    undisturbed = Run.open(whole.stdout.strip())
    chance = random.Random(0)
    folder, kills = None, 0
    while kills < KILLS:
        begin = ["train", "digits", "--runs", str(tmp_path / "killed"), *flags]
        verb = ["resume", str(folder.path)] if folder else begin
        process = subprocess.Popen([*COMMAND, *verb], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while folder is None and process.poll() is None:
            folder = next(iter(runs_in(tmp_path / "killed")), None)
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 4.0))
        if process.poll() is not None:
            break
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1
    assert folder is not None
    run = piste.resume(folder.path, quiet=True)
    assert run.folder.file(*PARAMETERS).read_bytes() == undisturbed.folder.file(*PARAMETERS).read_bytes()
    assert [one.train_loss for one in run.epochs] == [one.train_loss for one in undisturbed.epochs]
    assert kills >= 3
