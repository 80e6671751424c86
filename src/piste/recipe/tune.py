"""`piste.tune`: search, then train the best settings once more, judged and reported as every run."""

import dataclasses
import inspect
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from piste.core.records import Status
from piste.core.settings import from_mapping
from piste.core.studies import StudyFolder, StudyRecord
from piste.data.examples import DataSet
from piste.recipe.interrupt import gentle_interrupt
from piste.recipe.progress import Listener, listener
from piste.recipe.settings import SECTIONS, from_keywords
from piste.recipe.train import train_with
from piste.recipe.tuned_progress import Follow
from piste.recipe.tuned_study import Study
from piste.recipe.tuned_trials import Bench
from piste.recipe.tuning import Asked, prepared, study_of
from piste.recipe.tuning_space import apart
from piste.tune import catalog
from piste.tune.chunk import Here
from piste.tune.objective import ENDED
from piste.tune.search import Search, search
from piste.tune.settings import TuneSettings
from piste.tune.space import Space
from piste.tune.store.store import Store
from piste.tune.store.worker import Worker


def tune(data: Any, *, runs: Path | str = "runs", quiet: bool = False, **settings: Any) -> Study:
    """Search settings for `data`: train many networks side by side, and the best settings once more, into a run.

    Parameters
    ----------
    data
        As for `piste.train`.
    runs
        Folder in which the folders of the study and of the run are made.
    quiet
        Whether nothing is said while it works.
    settings
        Any field of `ModelSettings` and `TrainingSettings` may be a range: `learning_rate=piste.log(1e-4, 1)`. Without
        any, a space for the kind of data is searched. All others are those of `piste.train`, and those of
        `TuneSettings` say how it is searched.

    Returns
    -------
    The finished study.

    Raises
    ------
    DataError, SettingError
        Before anything is written, for data, settings or ranges that cannot be used.
    RunError
        When the store cannot be opened, or results cannot be written.
    """
    own = {field.name for field in dataclasses.fields(TuneSettings)}
    how = from_mapping(TuneSettings, {name: one for name, one in settings.items() if name in own}, "piste.tune")
    priors, given = apart({name: one for name, one in settings.items() if name not in own})
    asked = Asked(given, priors, dict.fromkeys(given, "python"), how, "piste.tune")
    return tune_with(data, asked, Path(runs), listener(quiet), None if quiet else sys.stderr)


def _signature() -> inspect.Signature:
    own = [one for one in inspect.signature(tune, eval_str=True).parameters.values() if one.name != "settings"]
    fields = [field for kind in (TuneSettings, *SECTIONS.values()) for field in dataclasses.fields(kind)]
    more = [
        inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type)
        for field in fields
    ]
    return inspect.Signature([*own, *more], return_annotation=Study)


def tune_with(data: Any, asked: Asked, runs: Path, hear: Listener, stream: TextIO | None) -> Study:
    """Do what `tune` does with settings that are read already; `stream` is told how the search stands."""
    ready = prepared(data, asked, hear)
    record = study_of(data, asked, ready)
    folder = StudyFolder.create(runs, ready.dataset.name)
    record = dataclasses.replace(record, name=folder.path.name)
    folder.write(record)
    _searched(folder, record, ready.space, ready.dataset, asked, hear, stream)
    study = Study(folder)
    if asked.how.final and study.record.status is Status.FINISHED:
        train_best(study, data, asked, hear)
    return study


def train_best(study: Study, data: Any, asked: Asked, hear: Listener) -> None:
    """Train the best settings once more, as `piste train` does, into a run beside the study."""
    best = study.best
    hear.say(f"Trial {best.number} is the best, {study.record.metric} {best.score:.4g} on validation; once more:")
    values = {**asked.given, **best.settings}
    origins = {**asked.origins, **dict.fromkeys(best.settings, "search")}
    run = train_with(data, from_keywords(values, asked.where), origins, study.path.parent, hear)
    study.folder.write(dataclasses.replace(study.record, run=run.path.name))


def _searched(
    folder: StudyFolder,
    record: StudyRecord,
    space: Space,
    dataset: DataSet,
    asked: Asked,
    hear: Listener,
    stream: TextIO | None,
) -> None:
    """Train what is left of the study, and write down how it stands, whatever ends it."""
    what = Search(record, space, catalog.sampler(record.sampler), record.at_once, 60.0 * asked.how.search_minutes)
    began = time.monotonic()
    store = Store.create(record, folder.path, space, Worker.here(), asked.how.store)
    hear.say(f"Searching {len(space)} settings in {record.trials:,} trials ...")
    try:
        with gentle_interrupt() as raise_if_asked:
            follow = Follow(record, store.trials, stream, raise_if_asked)
            try:
                search(what, store, Here(Bench(dataset, asked.given, record)), follow)
            finally:
                follow.close()
    finally:
        trials = store.trials
        store.close()
        folder.write_trials(trials)
        over = len(trials) >= record.trials and all(one.status in ENDED for one in trials)
        folder.write(
            dataclasses.replace(
                folder.record,
                status=Status.FINISHED if over else Status.UNFINISHED,
                seconds=record.seconds + time.monotonic() - began,
            )
        )


tune.__signature__ = _signature()  # type: ignore[attr-defined]
