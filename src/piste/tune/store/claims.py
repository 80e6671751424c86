"""Who trains which trial: taken, told apart and given back inside a transaction of the store."""

import datetime
import json
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from piste.tune.store.rows import WORKER
from piste.tune.store.worker import Worker

Tables = Mapping[str, Table]


def take(connection: Connection, tables: Tables, keys: Sequence[int], worker: Worker) -> None:
    """Make the trials `keys` those of `worker`."""
    trials, attributes, beats = _of(tables)
    now = datetime.datetime.now()
    connection.execute(update(trials).where(trials.c.trial_id.in_(keys)).values(state="RUNNING", datetime_start=now))
    _forget(connection, tables, keys)
    connection.execute(
        insert(attributes), [{"trial_id": key, "key": WORKER, "value_json": worker.as_json} for key in keys]
    )
    connection.execute(insert(beats).values(heartbeat=func.now()), [{"trial_id": key} for key in keys])


def let_wait(connection: Connection, tables: Tables, keys: Sequence[int]) -> None:
    """Make the trials `keys` nobody's again."""
    trials = tables["trials"]
    connection.execute(update(trials).where(trials.c.trial_id.in_(keys)).values(state="WAITING", datetime_start=None))
    _forget(connection, tables, keys)


def own(connection: Connection, tables: Tables, keys: Mapping[int, int], worker: Worker) -> dict[int, int]:
    """Return those of `keys` (number -> key) that are still trained by `worker`."""
    trials, attributes, _ = _of(tables)
    query = (
        select(trials.c.trial_id)
        .join(attributes, attributes.c.trial_id == trials.c.trial_id)
        .where(
            trials.c.trial_id.in_(list(keys.values())),
            trials.c.state == "RUNNING",
            attributes.c.key == WORKER,
            attributes.c.value_json == worker.as_json,
        )
    )
    mine = set(connection.execute(query).scalars())
    return {number: key for number, key in keys.items() if key in mine}


def running(connection: Connection, tables: Tables, study: int) -> Iterator[tuple[int, str, float]]:
    """Yield key, worker and seconds since it was last heard of, for each trial that is being trained."""
    trials, attributes, beats = _of(tables)
    query = (
        select(trials.c.trial_id, attributes.c.value_json, beats.c.heartbeat, func.now())
        .join(attributes, attributes.c.trial_id == trials.c.trial_id)
        .join(beats, beats.c.trial_id == trials.c.trial_id)
        .where(trials.c.study_id == study, trials.c.state == "RUNNING", attributes.c.key == WORKER)
    )
    for key, worker, beat, now in connection.execute(query).all():
        yield key, json.loads(worker), (now.replace(tzinfo=None) - beat.replace(tzinfo=None)).total_seconds()


def beat(connection: Connection, tables: Tables, worker: Worker) -> None:
    """Say of all trials of `worker` that it lives."""
    _, attributes, beats = _of(tables)
    mine = select(attributes.c.trial_id).where(attributes.c.key == WORKER, attributes.c.value_json == worker.as_json)
    connection.execute(update(beats).where(beats.c.trial_id.in_(mine)).values(heartbeat=func.now()))


def _of(tables: Tables) -> tuple[Table, Table, Table]:
    return tables["trials"], tables["trial_system_attributes"], tables["trial_heartbeats"]


def _forget(connection: Connection, tables: Tables, keys: Sequence[int]) -> None:
    _, attributes, beats = _of(tables)
    connection.execute(delete(attributes).where(attributes.c.trial_id.in_(keys), attributes.c.key == WORKER))
    connection.execute(delete(beats).where(beats.c.trial_id.in_(keys)))
