"""The database of a study: SQLite in its folder, or PostgreSQL by its address. Its tables are Optuna's."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import optuna
import sqlalchemy
from optuna.storages import RDBStorage
from optuna.storages._rdb.models import BaseModel
from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import SQLAlchemyError

from piste.core.errors import MissingExtraError, RunError
from piste.tune.store.address import without_password

WAIT = 60  # seconds for a lock that another worker holds


class Database:
    """An open database with Optuna's tables. `name` is the study's; `number` is its key in the tables."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        optuna.logging.set_verbosity(optuna.logging.WARNING)  # its lines about every study are not for our user
        with _explained(url):
            options = {"connect_args": {"timeout": WAIT}} if url.startswith("sqlite") else {}
            self._storage = RDBStorage(url, engine_kwargs=options)
            self.engine: Engine = self._storage.engine
        self.tables: dict[str, Table] = dict(BaseModel.metadata.tables)
        self.number = 0

    def create(self, higher_is_better: bool) -> None:
        """Make the study where it is not there yet."""
        optuna.create_study(
            storage=self._storage,
            study_name=self.name,
            direction="maximize" if higher_is_better else "minimize",
            load_if_exists=True,
        )
        self.find()

    def find(self) -> bool:
        """Return whether the study is there."""
        studies = self.tables["studies"]
        with self.engine.connect() as connection:
            query = sqlalchemy.select(studies.c.study_id).where(studies.c.study_name == self.name)
            self.number = connection.execute(query).scalar() or 0
        return self.number > 0

    @contextmanager
    def locked(self) -> Iterator[Connection]:
        """Yield a transaction that no other of this study overlaps with."""
        studies = self.tables["studies"]
        with self.engine.begin() as connection:
            # The first statement writes, so that SQLite takes its lock before anything is read; PostgreSQL locks a row.
            connection.execute(studies.update().where(studies.c.study_id == self.number).values(study_name=self.name))
            yield connection

    def close(self) -> None:
        """Let go of the connections."""
        self._storage.remove_session()
        self.engine.dispose()


@contextmanager
def _explained(url: str) -> Iterator[None]:
    shown = without_password(url)
    try:
        yield
    except ImportError as error:
        raise MissingExtraError(
            f"A study in PostgreSQL needs the package psycopg: pip install 'piste[postgres]' ({error})."
        ) from error
    except (SQLAlchemyError, RuntimeError) as error:
        raise RunError(f"The store of the study, {shown}, cannot be opened: {_first_line(error)}.") from error


def _first_line(error: Exception) -> str:
    cause: Any = getattr(error, "orig", None) or error
    return str(cause).strip().split("\n")[0].rstrip(".")
