"""The trials of a study, shared by all who work on it. Everything is written in bulk, and claimed in a transaction.

No trial is trained twice: a worker claims the trials it trains, and says every few seconds that it lives. What a dead
worker had claimed is free again, at once where it died on this machine. A worker that comes back from the dead finds
its trials taken, and what it tells of them is passed over.
"""

import datetime
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import OperationalError

from piste.core.studies import StudyRecord, TrialRecord, TrialStatus
from piste.tune.objective import ENDED
from piste.tune.space import Space
from piste.tune.store import claims
from piste.tune.store.address import address
from piste.tune.store.database import Database
from piste.tune.store.rows import (
    RECORD,
    STATES,
    intermediate,
    parameters,
    rows,
    text_of,
    trial_of,
    values,
)
from piste.tune.store.worker import Worker, is_dead

GRACE = 60  # seconds without a word after which a worker on another machine is taken for dead


class Store:
    """An open store of one study, as one worker uses it."""

    def __init__(self, database: Database, space: Space, worker: Worker) -> None:
        self._database, self._space, self._worker = database, space, worker
        self._tables = database.tables
        self._known: list[TrialRecord] = []  # the first ones, as long as all have ended: they change no more

    @classmethod
    def create(cls, study: StudyRecord, folder: Path, space: Space, worker: Worker, store: str = "") -> "Store":
        """Return the store of a study, made where it is not there; `store` is its address with the password."""
        database = Database(address(store or study.store, folder), study.name)
        database.create(study.higher_is_better)
        return cls(database, space, worker)

    def draw(self, trials: Sequence[TrialRecord]) -> bool:
        """Keep trials that are to be trained; False, and nothing kept, where another worker was quicker."""
        if not trials:
            return True
        tables, study = self._tables, self._database.number
        with self._database.locked() as connection:
            if self._count(connection) != trials[0].number:
                return False
            new = [{"study_id": study, "number": one.number, "state": STATES[one.status]} for one in trials]
            connection.execute(insert(tables["trials"]), new)
            keys = self._keys(connection, [one.number for one in trials])
            texts = [{"trial_id": keys[one.number], "key": RECORD, "value_json": text_of(one)} for one in trials]
            connection.execute(insert(tables["trial_user_attributes"]), texts)
            if settings := rows(parameters, trials, keys, self._space):
                connection.execute(insert(tables["trial_params"]), settings)
        return True

    def claim(self, block: int) -> tuple[TrialRecord, ...]:
        """Return the waiting trials of the first block of `block` numbers that has any, now this worker's own."""
        trials = self._tables["trials"]
        with self._database.locked() as connection:
            waiting = (trials.c.study_id == self._database.number, trials.c.state == "WAITING")
            number = connection.execute(select(func.min(trials.c.number)).where(*waiting)).scalar()
            if number is None:
                return ()
            end = (number // block + 1) * block
            within = select(trials.c.number, trials.c.trial_id).where(*waiting, trials.c.number < end)
            keys = {row.number: row.trial_id for row in connection.execute(within)}
            claims.take(connection, self._tables, list(keys.values()), self._worker)
            claimed = [trial_of(text) for text in self._texts(connection, list(keys.values()))]
        running = (replace(one, status=TrialStatus.RUNNING, worker=self._worker.name) for one in claimed)
        return tuple(sorted(running, key=lambda one: one.number))

    def tell(self, trials: Sequence[TrialRecord]) -> None:
        """Keep trials that have ended; those that are another worker's by now are passed over."""
        if not trials:
            return
        tables = self._tables
        with self._database.locked() as connection:
            told = self._keys(connection, [one.number for one in trials])
            keys = claims.own(connection, tables, told, self._worker)
            ours = [one for one in trials if one.number in keys]
            if not ours:
                return
            now = datetime.datetime.now()
            ends = [{"key": keys[one.number], "to": STATES[one.status], "at": now} for one in ours]
            table = tables["trials"]
            connection.execute(
                update(table)
                .where(table.c.trial_id == bindparam("key"))
                .values(state=bindparam("to"), datetime_complete=bindparam("at")),
                ends,
            )
            attributes = tables["trial_user_attributes"]
            connection.execute(
                update(attributes)
                .where(attributes.c.trial_id == bindparam("of"), attributes.c.key == RECORD)
                .values(value_json=bindparam("text")),
                [{"of": keys[one.number], "text": text_of(one)} for one in ours],
            )
            self._settle(connection, [one for one in ours if one.parent is not None], keys)
            for name, make in (("trial_values", values), ("trial_intermediate_values", intermediate)):
                if made := rows(make, ours, keys):
                    connection.execute(insert(tables[name]), made)

    def _settle(self, connection: Connection, trials: Sequence[TrialRecord], keys: dict[int, int]) -> None:
        """Keep the settings that trials came to on the way, in place of those they began with."""
        if trials:
            table = self._tables["trial_params"]
            connection.execute(delete(table).where(table.c.trial_id.in_([keys[one.number] for one in trials])))
            connection.execute(insert(table), rows(parameters, trials, keys, self._space))

    def beat(self) -> None:
        """Say that this worker lives. A word that does not get through is left to the next one."""
        with suppress(OperationalError), self._database.engine.begin() as connection:
            claims.beat(connection, self._tables, self._worker)

    def free(self) -> int:
        """Let the trials of dead workers wait again; return how many there were."""
        return self._free(lambda worker, age: is_dead(worker, self._worker, age, GRACE))

    def give_back(self) -> int:
        """Let this worker's own trials wait again, as it stops."""
        return self._free(lambda worker, age: worker == self._worker.name)

    def _free(self, whose: Callable[[str, float], bool]) -> int:
        tables, study = self._tables, self._database.number
        with self._database.locked() as connection:
            keys = [key for key, worker, age in claims.running(connection, tables, study) if whose(worker, age)]
            if keys:
                claims.let_wait(connection, tables, keys)
        return len(keys)

    @property
    def trials(self) -> tuple[TrialRecord, ...]:
        """All trials that were drawn, by number, each as its worker last told of it."""
        table, attributes = self._tables["trials"], self._tables["trial_user_attributes"]
        query = (
            select(table.c.state, attributes.c.value_json)
            .join(attributes, attributes.c.trial_id == table.c.trial_id)
            .where(table.c.study_id == self._database.number, attributes.c.key == RECORD)
            .where(table.c.number >= len(self._known))
            .order_by(table.c.number)
        )
        with self._database.engine.connect() as connection:
            found = [(str(getattr(state, "name", state)), text) for state, text in connection.execute(query)]
        fresh = [
            replace(trial_of(text), status=TrialStatus.RUNNING) if state == "RUNNING" else trial_of(text)
            for state, text in found
        ]
        every = (*self._known, *fresh)
        self._known += takewhile(lambda one: one.status in ENDED, fresh)
        return every

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def _count(self, connection: Connection) -> int:
        trials = self._tables["trials"]
        query = select(func.count()).select_from(trials).where(trials.c.study_id == self._database.number)
        return int(connection.execute(query).scalar_one())

    def _keys(self, connection: Connection, numbers: Sequence[int]) -> dict[int, int]:
        trials = self._tables["trials"]
        query = select(trials.c.number, trials.c.trial_id).where(
            trials.c.study_id == self._database.number, trials.c.number.in_(numbers)
        )
        return {row.number: row.trial_id for row in connection.execute(query)}

    def _texts(self, connection: Connection, keys: Sequence[int]) -> list[str]:
        attributes = self._tables["trial_user_attributes"]
        query = select(attributes.c.value_json).where(attributes.c.trial_id.in_(keys), attributes.c.key == RECORD)
        return list(connection.execute(query).scalars())
