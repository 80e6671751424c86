"""A nursed training: what commands do to it, and that everything can be had again to the bit."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import piste
from piste.core import nursing
from piste.core.errors import RunError, SettingError
from piste.core.findings import LINT, LintRecord
from piste.core.records import Status
from piste.core.runs import CHECKPOINTS, RunFolder, runs_in
from piste.recipe import job
from piste.recipe.run import Run
from piste.train.progress import Progress

SETTINGS: dict[str, Any] = {"model": "mlp", "epochs": 9, "hidden": (16,), "learning_rate": 0.01, "patience": 0}
PARAMETERS = ("model", "parameters.safetensors")


@pytest.fixture(autouse=True, scope="module")
def without_baselines() -> Iterator[None]:
    """Nothing here is about simple models, which take most of the time."""

    def none(*positional: object, **keywords: object) -> tuple[list[Any], dict[str, str]]:
        return [], {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "run_baselines", none)
        yield


def nursed(folder: Path, said: Mapping[int, str], data: str = "digits", **settings: Any) -> Run:
    """A run that is told `said`, by the number of validations that it saw."""
    seen = 0

    def watch(progress: Progress) -> None:
        nonlocal seen
        seen += 1
        if seen in said:
            nursing.command(next(iter(runs_in(folder))), said[seen], by="ada")

    return piste.train(data, runs=folder, quiet=True, nurse=True, watch=watch, **{**SETTINGS, **settings})


def bits(run: Run) -> bytes:
    return run.folder.file(*PARAMETERS).read_bytes()


def losses(run: Run) -> list[float]:
    return [one.validation_loss for one in run.epochs]


def replayed(run: Run, folder: Path) -> Run:
    file = run.folder.file(nursing.BRANCHES)
    return piste.train("digits", runs=folder, quiet=True, replay=file, **SETTINGS)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The run that nobody nursed."""
    return piste.train("digits", runs=tmp_path_factory.mktemp("plain"), quiet=True, **SETTINGS)


@pytest.fixture(scope="module")
def slowed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run whose rate was halved after 3 epochs; it went back to epoch 5 after 7, with another decay."""
    said = {3: "rate 0.5x mark early", 7: "back 5 weight-decay 0.3 dropout 0.1"}
    return nursed(tmp_path_factory.mktemp("slowed"), said)


def test_a_run_to_which_nothing_is_said_is_the_run_that_nobody_nursed(plain: Run, tmp_path: Path) -> None:
    run = nursed(tmp_path, {})
    assert bits(run) == bits(plain)
    assert losses(run) == losses(plain)
    assert run.record.command == plain.record.command


def test_a_rate_is_changed_from_the_next_step_on(plain: Run, slowed: Run) -> None:
    rates = [one.learning_rate for one in plain.epochs]
    curves = [nursing.curve(slowed.folder, nursing.branches(slowed.folder), name) for name in ("b0", "b1")]
    assert [one.learning_rate for one in curves[0]] == rates[:3]
    assert [one.learning_rate for one in curves[1]] == pytest.approx([rate / 2 for rate in rates[3:7]], rel=1e-12)
    assert losses(slowed)[:3] == losses(plain)[:3]


def test_branches_say_what_was_changed_from_where_and_by_whom(slowed: Run) -> None:
    record = nursing.branches(slowed.folder)
    assert [(one.name, one.parent, one.epoch, one.rate_factor) for one in record.branches] == [
        ("b0", "", 0, 1.0),
        ("b1", "b0", 3, 0.5),
        ("b2", "b1", 5, 0.5),
    ]
    assert record.branch("b2").change == "back 5 weight-decay 0.3 dropout 0.1"
    assert record.branch("b2").by == "ada"
    assert record.branch("b2").settings["weight_decay"] == 0.3
    assert record.branch("b1").settings["weight_decay"] == record.branch("b0").settings["weight_decay"] != 0.3
    assert [one.end.why for one in record.branches if one.end] == ["changed", "left", "epochs"]
    assert [one.epoch for one in nursing.curve(slowed.folder, record, "b2")] == [6, 7, 8, 9]
    assert [(one.name, one.branch, one.epoch) for one in record.marks] == [("early", "b1", 3)]


def test_the_branch_with_the_lowest_validation_loss_wins(slowed: Run) -> None:
    record = nursing.branches(slowed.folder)
    curves = {one.name: nursing.curve(slowed.folder, record, one.name) for one in record.branches}
    lowest = min((one.validation_loss, name) for name, curve in curves.items() for one in curve)
    assert record.winner == lowest[1]
    assert min(losses(slowed)) == lowest[0]
    assert slowed.record.training is not None
    assert slowed.record.training.best_epoch == slowed.epochs[losses(slowed).index(lowest[0])].epoch


def test_the_line_that_repeats_it_gives_the_same_bits(slowed: Run, tmp_path: Path) -> None:
    assert slowed.record.command.endswith(f"--replay {slowed.folder.file(nursing.BRANCHES)}")
    again = replayed(slowed, tmp_path)
    assert bits(again) == bits(slowed)
    assert losses(again) == losses(slowed)
    assert again.evaluation.scores == slowed.evaluation.scores


def test_data_that_stay_on_the_disk_are_nursed_to_the_same_bits(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(600, 3))
    lines = [",".join([*(f"{one:.4f}" for one in row), "up" if row.sum() > 0 else "down"]) for row in rows]
    source = tmp_path / "rows.csv"
    source.write_text("\n".join(["a,b,c,way", *lines]) + "\n")
    settings = {**SETTINGS, "batch_size": 16, "stream": True}
    run = nursed(tmp_path / "n", {3: "rate 0.5x", 7: "back 5 dropout 0.1"}, str(source), **settings)
    branches = nursing.branches(run.folder).branches
    assert [(one.parent, one.epoch) for one in branches] == [("", 0), ("b0", 3), ("b1", 5)]
    file = run.folder.file(nursing.BRANCHES)
    again = piste.train(str(source), runs=tmp_path / "again", quiet=True, replay=file, **settings)
    assert bits(again) == bits(run)
    assert losses(again) == losses(run)
    first = losses(run)[:3]
    longer = piste.nurse(run).train("back b1 more 1", quiet=True)
    assert [(one.parent, one.epoch) for one in nursing.branches(longer.folder).branches][3:] == [("b0", 3)]
    assert losses(longer)[:3] == first


def test_going_back_and_changing_nothing_is_as_if_nothing_had_been(plain: Run, tmp_path: Path) -> None:
    run = nursed(tmp_path, {4: "rate 300x", 6: "back b1"})  # so high that the branch left again is not the best
    assert losses(run) == losses(plain)
    assert bits(run) == bits(plain)
    assert [one.parent for one in nursing.branches(run.folder).branches] == ["", "b0", "b0"]


def test_the_linter_asks_of_a_nursed_run_what_it_asks_of_any(plain: Run, slowed: Run) -> None:
    asked = [{one.code for one in run.folder.read(LintRecord, LINT).rules} for run in (plain, slowed)]
    assert asked[0] == asked[1]


REFUSED = {
    "dropout 1.5": "The 'dropout' setting must be a number in [0, 1). Got 1.5 instead.",
    "schedule up": "The 'schedule' setting must be one of",
    "back 2.5": "There was no validation at epoch 2.5 on this branch; the nearest was at 2.",
    "back b0": "'b0' is the first branch; `back 0` goes back to the start.",
    "back nowhere": "There is no branch 'nowhere'.",
    "epochs 2": "All epochs are over",
    "momentum 1": "The 'momentum' setting must be",
    "clip 2x": "'clip' is 0.0 now, so no factor changes it",
    "schedule plateau": "would make another network of it",
}


def test_what_cannot_be_done_is_refused_and_the_training_goes_on(plain: Run, tmp_path: Path) -> None:
    def watch(progress: Progress) -> None:
        if progress.done == 4:
            for words in REFUSED:
                nursing.command(next(iter(runs_in(tmp_path))), words)

    run = piste.train("digits", runs=tmp_path, quiet=True, nurse=True, watch=watch, **SETTINGS)
    heard = nursing.branches(run.folder).heard
    assert [one.words for one in heard] == list(REFUSED)
    assert all(one.refused and one.epoch == 4 for one in heard)
    for one, said in zip(heard, REFUSED.values(), strict=True):
        assert said in one.answer
    assert bits(run) == bits(plain)
    assert run.record.command == plain.record.command


def test_a_finished_run_goes_on_and_is_repeated(plain: Run, tmp_path: Path) -> None:
    run = piste.train("digits", runs=tmp_path / "runs", quiet=True, **SETTINGS)  # not nursed until now
    nurse = piste.nurse(run)
    with pytest.raises(RunError, match="is over; say how it goes on"):
        nurse.train(quiet=True)
    with pytest.raises(SettingError, match=r"say for how many more to train: `more 20 rate 0\.5x`"):
        nurse.train("rate 0.5x", quiet=True)
    assert run.record.status is Status.FINISHED
    assert bits(run) == bits(plain)
    longer = nurse.train("more 3", quiet=True)
    assert longer.record.status is Status.FINISHED
    assert losses(longer)[:9] == losses(plain)
    assert longer.epochs[-1].epoch == 12
    taken_back = nurse.train("back 6 rate 0.3x", quiet=True)
    assert [one.parent for one in nurse.branches.branches] == ["", "b0", "b0"]
    again = replayed(taken_back, tmp_path / "again")
    assert bits(again) == bits(taken_back)
    assert losses(again) == losses(taken_back)


def test_pause_waits_and_stop_ends(tmp_path: Path) -> None:
    seen: list[float] = []

    def watch(progress: Progress) -> None:
        (folder,) = runs_in(tmp_path)
        if progress.record is None:
            return
        seen.append(progress.done)
        if progress.done == 3:
            nursing.command(folder, "pause")
            nursing.command(folder, "mark here go")
        if progress.done == 5:
            nursing.command(folder, "stop")

    run = piste.train("digits", runs=tmp_path, quiet=True, nurse=True, watch=watch, **SETTINGS)
    assert seen == [1, 2, 3, 4, 5]
    assert run.record.training is not None
    assert run.record.training.stopped == "nurse"
    record = nursing.branches(run.folder)
    assert [one.answer for one in record.heard] == [
        "Paused after epoch 3.",
        "Epoch 3 of b0 is marked 'here'. Going on after epoch 3.",
        "Stopped after epoch 5.",
    ]
    assert not record.paused


def test_patience_begins_anew_with_a_branch(tmp_path: Path) -> None:
    # With a rate of nothing no validation is better than the first: 3 more are waited for, and 3 after the change.
    run = nursed(tmp_path, {3: "rate 2x"}, learning_rate=1e-12, schedule="constant", patience=3, epochs=20)
    assert run.record.training is not None
    best = run.record.training.best_epoch
    assert run.record.training.stopped == "patience"
    assert run.record.training.epochs == max(best, 3) + 3


def test_a_training_killed_on_a_branch_goes_on_there(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "piste", "train", "digits", "--runs", str(tmp_path / "killed"), "--nurse"]
    flags = ["--model", "mlp", "--hidden", "16", "--epochs", "100000", "--patience", "0", "--checkpoint", "0"]
    process = subprocess.Popen(
        [*command, *flags, "--learning-rate", "0.01", "--quiet"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        folder = _begun(tmp_path / "killed")
        for said in ("rate 0.5x", "mark here", "weight-decay 0.1"):
            order = nursing.command(folder, said)
            heard = nursing.answer(folder, order, seconds=120)
            assert heard is not None
            assert not heard.refused
        with pytest.raises(RunError, match="by another process"):
            piste.nurse(folder.path).train(quiet=True)
        with ThreadPoolExecutor(2) as people:
            marks = [f"mark {name}{number}" for number in range(5) for name in ("ada", "grace")]
            spoken = list(people.map(lambda words: nursing.command(folder, words), marks))
        assert all(nursing.answer(folder, order, seconds=120) for order in spoken)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    before = nursing.branches(folder)
    assert before.present == "b2"
    assert sorted(one.id for one in before.heard[3:]) == sorted(spoken)
    assert len(before.marks) == 11
    assert folder.record.status is Status.UNFINISHED
    run = piste.nurse(folder.path).train("stop", quiet=True)
    assert run.record.status is Status.FINISHED
    after = nursing.branches(folder)
    assert [one.name for one in after.branches] == ["b0", "b1", "b2"]
    assert after.branches[:2] == before.branches[:2]
    again = piste.train(
        "digits", runs=tmp_path / "again", quiet=True, replay=folder.file(nursing.BRANCHES),
        **{**SETTINGS, "epochs": 100000, "checkpoint": 0.0},
    )  # fmt: skip
    assert bits(again) == bits(run)
    assert [one.train_loss for one in again.epochs] == [one.train_loss for one in run.epochs]


def _begun(runs: Path) -> RunFolder:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        folder = next(iter(runs_in(runs)), None)
        if folder is not None and list(folder.file(CHECKPOINTS).glob("*.safetensors")):
            return folder
        time.sleep(0.05)
    raise AssertionError("The training did not begin.")


def test_a_nursed_run_that_broke_is_resumed_on_its_branch(
    slowed: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*positional: object, **keywords: object) -> None:
        raise RuntimeError("a fault")

    said = {3: "rate 0.5x mark early", 7: "back 5 weight-decay 0.3 dropout 0.1"}
    with monkeypatch.context() as patch:
        patch.setattr(job, "run_baselines", broken)
        with pytest.raises(RuntimeError, match="a fault"):
            nursed(tmp_path, said)
    (folder,) = runs_in(tmp_path)
    assert folder.record.status is Status.FAILED
    run = piste.resume(folder.path, quiet=True)
    assert run.record.status is Status.FINISHED
    assert bits(run) == bits(slowed)
    assert losses(run) == losses(slowed)
    assert not nursing.attended(folder)


def test_a_file_without_branches_is_named(tmp_path: Path, slowed: Run) -> None:
    file = tmp_path / "branches.json"
    with pytest.raises(SettingError, match="Could not read the branches"):
        piste.train("digits", runs=tmp_path, quiet=True, replay=file)
    file.write_text("[]")
    with pytest.raises(SettingError, match="has no branches of a nursed run"):
        piste.train("digits", runs=tmp_path, quiet=True, replay=file)
    replay = slowed.folder.file(nursing.BRANCHES)
    with pytest.raises(SettingError, match="began with epochs 9, and here it is 8"):
        piste.train("digits", runs=tmp_path, quiet=True, replay=replay, **{**SETTINGS, "epochs": 8})
    assert list(runs_in(tmp_path)) == []
