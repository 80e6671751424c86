"""`piste resume`: a run that broke is finished from the command line."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piste.cli.application import DONE, FAULT, MISTAKE
from piste.core.records import Status
from piste.core.runs import CHECKPOINTS, RunFolder, runs_in
from piste.recipe import job
from piste.recipe.run import Run

Piste = Callable[..., Any]


@pytest.fixture(scope="session")
def broken(piste: Piste, fruit: Path, tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run that broke after its training, its table beside it; tests work on copies."""
    folder = tmp_path_factory.mktemp("broken")
    table = shutil.copy(fruit, folder)

    def fault(*positional: object, **keywords: object) -> None:
        raise RuntimeError("out of\nluck")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "run_baselines", fault)
        words = ("--target", "sort", "--epochs", 2, "--hidden", 4, "--checkpoint", 0, "--quiet")
        outcome = piste("train", table, "--runs", folder / "runs", *words)
    assert outcome.code == FAULT
    assert outcome.out == ""
    assert outcome.err.startswith("piste: This is a fault in Piste (RuntimeError: out of luck).")
    assert outcome.err.count("\n") == 1
    (run,) = runs_in(folder / "runs")
    return run


@pytest.fixture
def copy(broken: RunFolder, tmp_path: Path) -> RunFolder:
    return RunFolder(Path(shutil.copytree(broken.path, tmp_path / broken.name)))


def test_a_run_that_broke_is_not_taken_for_a_finished_one(piste: Piste, broken: RunFolder) -> None:
    assert broken.record.status is Status.FAILED
    assert broken.record.error == "A fault in Piste: RuntimeError: out of luck"
    assert " failed " in piste("runs", broken.path.parent).out
    outcome = piste("predict", broken.path, "iris")
    assert (outcome.code, outcome.out) == (MISTAKE, "")
    assert "is failed, so its network cannot be trusted" in outcome.err


def test_it_is_finished_as_if_it_had_never_stopped(piste: Piste, copy: RunFolder, fruit_run: Path) -> None:
    outcome = piste("resume", copy.path)
    assert (outcome.code, outcome.out) == (DONE, "")
    assert outcome.err.splitlines()[-1] == f"Report: {copy.path / 'report.html'}"
    assert copy.record.status is Status.FINISHED
    assert not copy.file(CHECKPOINTS).exists()
    whole = Run.open(fruit_run)
    assert copy.evaluation.scores == whole.evaluation.scores
    assert [one.train_loss for one in copy.epochs] == [one.train_loss for one in whole.epochs]


def test_quiet_says_where_the_run_is_and_nothing_else(piste: Piste, copy: RunFolder) -> None:
    outcome = piste("resume", copy.name, "--runs", copy.path.parent, "--quiet")
    assert (outcome.code, outcome.out, outcome.err) == (DONE, f"{copy.path}\n", "")


def test_a_finished_run_is_left_as_it_is(piste: Piste, fruit_run: Path) -> None:
    outcome = piste("resume", fruit_run)
    assert (outcome.code, outcome.out) == (DONE, "")
    assert outcome.err == f"The run {fruit_run} is finished; there is nothing to do.\n"


def test_data_that_were_moved_are_named(piste: Piste, copy: RunFolder, broken: RunFolder, tmp_path: Path) -> None:
    table = broken.path.parents[1] / "fruit.csv"
    moved = tmp_path / "moved.csv"
    moved.write_bytes(table.read_bytes().replace(b"2024", b"2023", 1))
    outcome = piste("resume", copy.path, moved)
    assert (outcome.code, outcome.out) == (MISTAKE, "")
    assert outcome.err.startswith(f"piste: The data of {copy.path} have changed since it began")
    assert outcome.err.count("\n") == 1
    assert copy.record.status is Status.FAILED
    shutil.copy(table, moved)
    assert piste("resume", copy.path, moved, "--quiet").code == DONE


def test_an_unknown_run_is_named(piste: Piste, tmp_path: Path) -> None:
    outcome = piste("resume", "absent", "--runs", tmp_path)
    assert (outcome.code, outcome.out) == (MISTAKE, "")
    assert outcome.err.startswith("piste: absent is not a run folder: it has no run.json.")
