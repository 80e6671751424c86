"""The run folder: what is written is read again, half a file is never seen, and damage is named."""

import errno
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from piste.core.errors import RunError
from piste.core.human import ANSWERS, HumanAnswer
from piste.core.records import EpochRecord, EvaluationRecord, RunRecord, Score, Status
from piste.core.runs import DATA, EVALUATION, METRICS, MODEL, RUN, RunFolder, runs_in, write_bytes, write_through

RECORD = RunRecord("iris", Status.UNFINISHED, "2026-11-21T07:30:00Z", "piste train iris", 3, {}, "cpu", {})
EPOCH = EpochRecord(1, 10, 0.9, 0.8, "accuracy", 0.7, 1e-3, 2.0, 0.1)
FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder.create(tmp_path, "iris")
    folder.write(RECORD, RUN)
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_new_folder_is_named_by_time_and_data(tmp_path: Path) -> None:
    folder = RunFolder.create(tmp_path / "deep" / "runs", "../Mein Datensatz (2).csv")
    assert re.fullmatch(r"\d{8}-\d{6}-mein-datensatz-2-csv", folder.name)
    assert folder.path.parent == tmp_path / "deep" / "runs"
    assert folder.file(MODEL).is_dir()


@pytest.mark.parametrize("name", ["", "数据", "..."])
def test_a_name_without_a_plain_letter_still_makes_a_folder(tmp_path: Path, name: str) -> None:
    assert RunFolder.create(tmp_path, name).name.endswith("-run")


def test_folders_of_one_second_are_kept_apart(tmp_path: Path) -> None:
    made = [RunFolder.create(tmp_path, "iris").path for _ in range(12)]
    assert len(set(made)) == 12


def test_a_place_where_no_folder_can_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file")
    with pytest.raises(RunError, match=r"Could not make the run folder .*runs/.*: Not a directory"):
        RunFolder.create(tmp_path / "runs", "iris")


def test_a_run_is_opened_by_its_folder_alone(run: RunFolder, tmp_path: Path) -> None:
    assert RunFolder.open(str(run.path)) == run
    for place in (tmp_path, tmp_path / "absent"):
        with pytest.raises(RunError, match=r"is not a run folder: it has no run\.json\. `piste runs`"):
            RunFolder.open(place)


def test_records_and_bytes_are_read_as_they_were_written(run: RunFolder) -> None:
    assert run.record == RECORD
    evaluation = EvaluationRecord(5, "accuracy", (Score("accuracy", 0.8, 0.5, 0.9, higher_is_better=True),))
    run.write(evaluation, EVALUATION)
    assert run.evaluation == evaluation
    run.write(b"\0\1", MODEL, "weights")
    assert run.file(MODEL, "weights").read_bytes() == b"\0\1"


def test_epochs_are_added_and_replaced(run: RunFolder) -> None:
    assert run.epochs == ()
    records = tuple(replace(EPOCH, epoch=epoch) for epoch in (1, 2, 3))
    for record in records:
        run.append(record)
    assert run.epochs == records
    run.rewrite(records[:2])
    assert run.epochs == records[:2]


@pytest.mark.parametrize("cut", [1, 40])
def test_a_last_line_that_was_cut_short_is_left_out(run: RunFolder, cut: int) -> None:
    for epoch in (1, 2):
        run.append(replace(EPOCH, epoch=epoch))
    whole = run.file(METRICS).read_bytes()
    run.file(METRICS).write_bytes(whole[:-cut])
    assert [record.epoch for record in run.epochs] == [1]


@pytest.mark.parametrize("damage", [b"{", b'{"epoch": 1}', b'{"epoch": "\xff"}', b"null"])
def test_a_damaged_file_is_named(run: RunFolder, damage: bytes) -> None:
    run.file(RUN).write_bytes(damage)
    with pytest.raises(RunError, match=rf"^{re.escape(str(run.file(RUN)))} is damaged .*; train again"):
        _ = run.record
    run.append(EPOCH)
    run.file(METRICS).write_bytes(damage + b"\n" + run.file(METRICS).read_bytes())
    with pytest.raises(RunError, match=rf"^{re.escape(str(run.file(METRICS)))} is damaged .*; train again"):
        _ = run.epochs


def test_an_absent_file_is_named(run: RunFolder) -> None:
    with pytest.raises(RunError, match=r"has no data\.json; it is unfinished"):
        _ = run.data
    run.file(DATA).mkdir()
    with pytest.raises(RunError, match=r"data\.json could not be read: Is a directory"):
        _ = run.data


def test_a_failure_is_marked_with_its_reason(run: RunFolder) -> None:
    run.fail("The disk is full.")
    assert run.record == replace(RECORD, status=Status.FAILED, error="The disk is full.")


@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt(), ValueError("a fault")], ids=repr)
def test_a_write_that_breaks_off_leaves_the_old_file_and_no_other(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "run.json"
    write_bytes(path, b"old")

    def broken(temporary: Path) -> None:
        temporary.write_bytes(b"ne")
        raise error

    with pytest.raises(RunError if error is FULL else type(error)) as caught:
        write_through(path, broken)
    if error is FULL:
        said = f"Could not write {path}: No space left on device. Free some space or choose another place."
        assert str(caught.value) == said
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["run.json"]


def test_the_old_file_is_whole_until_the_new_one_is(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_bytes(path, b"old")

    def write(temporary: Path) -> None:
        temporary.write_bytes(b"new")
        assert path.read_bytes() == b"old"

    write_through(path, write)
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["run.json"]


def test_a_line_that_cannot_be_added_is_a_mistake_that_names_the_file(run: RunFolder) -> None:
    run.file(METRICS).mkdir()
    with pytest.raises(RunError, match=r"Could not write .*metrics\.jsonl: Is a directory"):
        run.append(EPOCH)


def test_a_line_is_kept_after_one_that_a_kill_cut_short(run: RunFolder) -> None:
    first, second = HumanAnswer(4, "ann", False, ("cat",)), HumanAnswer(9, "ann", False, number=2.5)
    assert run.lines(HumanAnswer, ANSWERS) == ()
    run.keep(first, ANSWERS)
    with run.file(ANSWERS).open("ab") as file:
        file.write(b'{"row": 7, "na')
    assert run.lines(HumanAnswer, ANSWERS) == (first,)
    run.keep(second, ANSWERS)
    assert run.lines(HumanAnswer, ANSWERS) == (first, second)


def test_a_damaged_line_in_the_middle_is_named(run: RunFolder) -> None:
    run.file(ANSWERS).write_bytes(b"{}\n")
    with pytest.raises(RunError, match=r"human\.jsonl is damaged"):
        run.lines(HumanAnswer, ANSWERS)


def test_runs_are_listed_oldest_first_and_nothing_else(tmp_path: Path) -> None:
    for name in ("20260102-000000-b", "20260101-000000-c", "no run"):
        (tmp_path / name).mkdir()
        if name != "no run":
            RunFolder(tmp_path / name).write(RECORD, RUN)
    (tmp_path / "notes.txt").write_text("")
    assert [run.name for run in runs_in(tmp_path)] == ["20260101-000000-c", "20260102-000000-b"]
    assert list(runs_in(tmp_path / "absent")) == []
    assert list(runs_in(tmp_path / "notes.txt")) == []
