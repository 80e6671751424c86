"""The trials of a search that goes on, read from the file where it keeps them, without disturbing who writes there."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec

from piste.core.errors import RunError
from piste.core.records import decode
from piste.core.studies import TrialRecord, TrialStatus

RECORD = "piste"  # the attribute that has the whole record of a trial
_QUERY = """
select trials.state, trial_user_attributes.value_json
from trials join trial_user_attributes on trial_user_attributes.trial_id = trials.trial_id
where trial_user_attributes.key = ? order by trials.number limit ?
"""


def live_trials(store: Path, most: int) -> tuple[TrialRecord, ...]:
    """Return at most `most` trials of the SQLite file `store`, by number; raises `RunError` where it cannot be read."""
    try:
        with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True, timeout=2.0)) as connection:
            found = connection.execute(_QUERY, (RECORD, most)).fetchall()
        return tuple(_trial(state, text) for state, text in found)
    except (sqlite3.Error, msgspec.MsgspecError, UnicodeDecodeError, RecursionError, TypeError) as error:
        raise RunError(f"{store.name} could not be read ({error}); the trials are as they stood before.") from error


def _trial(state: str, text: str) -> TrialRecord:
    trial = decode(text, TrialRecord)
    return replace(trial, status=TrialStatus.RUNNING) if state == "RUNNING" else trial
