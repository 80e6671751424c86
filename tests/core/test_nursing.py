import threading
from pathlib import Path

import pytest

from piste.core import nursing
from piste.core.errors import RunError, SettingError
from piste.core.nursing import BranchEnd, BranchRecord, NursedRecord
from piste.core.records import EpochRecord, RunRecord, Status, decode, encode
from piste.core.runs import RUN, RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    run = RunFolder(tmp_path)
    run.write(RunRecord("iris", Status.UNFINISHED, "2026-11-21T07:30:00Z", "piste train iris", 0, {}, "cpu", {}), RUN)
    return run


def branch(name: str, parent: str = "", step: int = 0) -> BranchRecord:
    end = BranchEnd(step + 10, 1, 0.5, 1, "changed")
    return BranchRecord(name, parent, step, 0, 0, "rate 0.5x", "ada", "2026-11-21T07:30:00Z", {"epochs": 3}, 0.5, end)


RECORD = NursedRecord((branch("b0"), branch("b1", "b0", 10), branch("b2", "b0", 10), branch("b3", "b1", 20)), "b3")


def epoch(step: int) -> EpochRecord:
    return EpochRecord(step / 10, step, 1.0, 1.0, "accuracy", 0.5, 0.1, 1.0, 0.1)


def test_the_record_survives_json() -> None:
    assert decode(encode(RECORD), NursedRecord) == RECORD


def test_the_line_of_a_branch_leads_from_the_start_to_it() -> None:
    assert [one.name for one in RECORD.line("b3")] == ["b0", "b1", "b3"]
    with pytest.raises(RunError, match=r"There is no branch 'b9'\. There are: b0, b1, b2, b3"):
        RECORD.line("b9")


def test_commands_of_many_at_once_all_wait_in_the_order_of_their_time(folder: RunFolder) -> None:
    def speak(name: str) -> None:
        for number in range(20):
            nursing.command(folder, f"mark {name}{number}", by=name)

    speakers = [threading.Thread(target=speak, args=(name,)) for name in ("ada", "grace")]
    for one in speakers:
        one.start()
    for one in speakers:
        one.join()
    orders = nursing.waiting(folder)
    assert len(orders) == len({one.id for one in orders}) == 40
    for name in ("ada", "grace"):
        assert [one.words for one in orders if one.by == name] == [f"mark {name}{number}" for number in range(20)]
    nursing.forget(folder, orders[0].id)
    assert nursing.waiting(folder) == orders[1:]


def test_what_is_no_command_is_not_left_for_the_training(folder: RunFolder) -> None:
    with pytest.raises(SettingError, match="Did you mean 'rate'"):
        nursing.command(folder.path, ["rat", "3"])
    with pytest.raises(RunError, match="is not a run folder"):
        nursing.command(folder.path / "absent", "stop")
    assert nursing.waiting(folder) == ()


def test_a_damaged_command_is_one_without_words(folder: RunFolder) -> None:
    order = nursing.command(folder, "stop")
    folder.file(nursing.NURSING, nursing.INBOX, f"{order}.json").write_bytes(b'{"id": \xff')
    assert [(one.id, one.words) for one in nursing.waiting(folder)] == [(order, "")]


def test_nobody_answers_where_nobody_trains(folder: RunFolder) -> None:
    assert nursing.answer(folder, nursing.command(folder, "stop"), seconds=0.1) is None


def test_a_run_is_trained_by_one_at_a_time(folder: RunFolder) -> None:
    assert not nursing.attended(folder)
    with nursing.bedside(folder):
        assert nursing.attended(folder)
        with pytest.raises(RunError, match="by another process"), nursing.bedside(folder):
            pass
    assert not nursing.attended(folder)


def test_the_curve_of_a_branch_is_its_own(folder: RunFolder) -> None:
    for step in (10, 20, 30):
        folder.append(epoch(step))
    assert [one.step for one in nursing.curve(folder, RECORD, "b3")] == [30]
    assert nursing.curve(folder, RECORD, "b1") == ()
    folder.file(nursing.NURSING, nursing.CURVES).mkdir(parents=True)
    folder.keep(epoch(15), nursing.NURSING, nursing.CURVES, "b1.jsonl")
    assert [one.step for one in nursing.curve(folder, RECORD, "b1")] == [15]
