"""The list says what there is, reads little, and lets no damaged run hide another."""

from pathlib import Path

import pytest
from tests.report.conftest import RUNS, run, written
from tests.web.samples import KINDS

from piste.core.records import Status
from piste.core.runs import RUN, RunFolder
from piste.web.listing import Listing
from piste.web.places import Places


def test_every_run_and_study_is_listed_newest_first(shown: Path) -> None:
    entries = {one.name: one for one in Listing(Places.of(shown)).entries()}
    assert set(entries) == {*KINDS, "search"}
    assert next(iter(entries)) == "search"
    two = entries["two_class"]
    assert (two.kind, two.status, two.data, two.task, two.epochs) == ("run", "finished", "census", "two-class", 40)
    assert two.score is not None
    assert (two.score.name, two.score.value) == ("accuracy", 0.93)
    assert (entries["search"].kind, entries["search"].trials) == ("study", 40)
    assert entries["search"].score is not None
    assert entries["search"].score.value == 0.9
    assert entries["failed"].error == "Row 81 of census.csv has 7 fields, expected 6."
    assert entries["unfinished"].score is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b'{"name": 3}', b"[" * 10_000, b'{"name":"a"}'])
def test_a_damaged_run_is_said_and_hides_no_other(tmp_path: Path, content: bytes) -> None:
    written(tmp_path / "good", RUNS["unfinished"]())
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / RUN).write_bytes(content)
    entries = {one.name: one for one in Listing(Places.of(tmp_path)).entries()}
    assert entries["good"].status == "unfinished"
    assert entries["bad"].status == "damaged"
    assert "run.json is damaged" in entries["bad"].error


def test_a_second_look_reads_no_file_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(100):
        (tmp_path / f"run-{number}").mkdir()
        RunFolder(tmp_path / f"run-{number}").write(run(), RUN)
    listing = Listing(Places.of(tmp_path))
    assert len(listing.entries()) == 100
    read: list[Path] = []
    whole = Path.read_bytes

    def noted(path: Path) -> bytes:
        read.append(path)
        return whole(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    listing.entries()
    assert read == []
    RunFolder(tmp_path / "run-7").write(run(status=Status.FAILED), RUN)
    assert [one.name for one in listing.entries() if one.status == "failed"] == ["run-7"]
    assert read == [tmp_path / "run-7" / RUN]
