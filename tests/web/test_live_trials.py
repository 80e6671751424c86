"""The trials of a search that goes on are read as its store has them."""

from pathlib import Path

import pytest
from tests.web.samples import stored, study, trial

from piste.core.errors import RunError
from piste.core.records import Status
from piste.core.studies import STORE, TrialStatus
from piste.web.live_trials import live_trials


def test_trials_of_the_store_are_read_as_they_stand(tmp_path: Path) -> None:
    folder = study(tmp_path / "search", Status.UNFINISHED)
    stored(folder, 5)
    found = live_trials(folder.path / STORE, 100)
    assert [one.number for one in found] == [0, 1, 2, 3, 4]
    assert [one.status for one in found] == [TrialStatus.RUNNING] * 4 + [TrialStatus.WAITING]
    assert found[3].settings == trial(3).settings
    assert len(live_trials(folder.path / STORE, 2)) == 2


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"x" * 5000])
def test_a_file_that_is_no_store_is_said(tmp_path: Path, content: bytes) -> None:
    (tmp_path / STORE).write_bytes(content)
    with pytest.raises(RunError, match=r"study\.db could not be read"):
        live_trials(tmp_path / STORE, 10)
