"""A study is worked on: its store is opened, trials are trained, and how it stands is written down at the end."""

import dataclasses
import time
from functools import partial
from typing import TextIO

from piste.core.records import Status
from piste.core.studies import StudyFolder, StudyRecord, TrialRecord
from piste.recipe.interrupt import gentle_interrupt
from piste.recipe.progress import Listener
from piste.recipe.tuned_progress import Follow
from piste.recipe.tuned_trials import Bench
from piste.report.numbers import counted
from piste.tune import catalog
from piste.tune.chunk import Executor
from piste.tune.objective import ENDED
from piste.tune.results.summary import space_of
from piste.tune.search import Search, search
from piste.tune.settings import TuneSettings
from piste.tune.store.store import Store
from piste.tune.store.worker import Worker

GOES_ON = "Stopped. `piste tune {}` goes on."


def searched(
    folder: StudyFolder,
    record: StudyRecord,
    bench: Bench,
    executor: Executor,
    how: TuneSettings,
    hear: Listener,
    stream: TextIO | None,
) -> None:
    """Train what is left of the study. Whatever ends it, the folder says how it stands, and it can be gone on with."""
    space = space_of(record)
    sampler = catalog.sampler(record.sampler, record.trials)
    what = Search(record, space, sampler, record.at_once, 60.0 * how.search_minutes)
    began = time.monotonic()
    store = Store.create(record, folder.path, space, Worker.here(), how.store)
    try:
        before = store.trials
        left = record.trials - sum(one.status in ENDED for one in before)
        hear.say(_begun(record, left))
        with gentle_interrupt() as raise_if_asked:
            keep = partial(_keep, folder, store)
            with Follow(record, before, stream, raise_if_asked, keep) as follow:
                search(what, store, executor, follow)
    except KeyboardInterrupt:
        hear.say(GOES_ON.format(folder.path))
        raise
    finally:
        trials = store.trials
        store.close()
        _write(folder, trials, time.monotonic() - began)


def _begun(record: StudyRecord, left: int) -> str:
    what = f"Searching {counted(len(record.dimensions), 'setting')}"
    if left < record.trials:
        return f"{what}: {left:,} of {counted(record.trials, 'trial')} are left ..."
    return f"{what} in {counted(left, 'trial')} of at most {counted(record.rounds, 'round')} ..."


def _keep(folder: StudyFolder, store: Store) -> None:
    """Write the trials for who reads without the store, such as the page."""
    folder.write_trials(store.trials)


def _write(folder: StudyFolder, trials: tuple[TrialRecord, ...], seconds: float) -> None:
    folder.write_trials(trials)
    record = folder.record
    over = len(trials) >= record.trials and all(one.status in ENDED for one in trials)
    status = Status.FINISHED if over else Status.UNFINISHED
    folder.write(dataclasses.replace(record, status=status, seconds=round(record.seconds + seconds, 3)))
