"""`piste.tune`: search, then train the best settings once more, judged and reported as every run."""

import dataclasses
import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from piste.core.errors import RunError, SettingError
from piste.core.records import Status
from piste.core.studied import REPORT
from piste.core.studies import STUDY, StudyFolder
from piste.recipe.progress import Listener, listener
from piste.recipe.run import Run
from piste.recipe.searching import GOES_ON, searched
from piste.recipe.settings import SECTIONS, from_keywords
from piste.recipe.studied import conclude
from piste.recipe.train import train_with
from piste.recipe.tuned_places import places_of, spread
from piste.recipe.tuned_study import Study
from piste.recipe.tuned_trials import Bench
from piste.recipe.tuning import AT_THE_END, Asked, prepared, study_of
from piste.tune.chunk import Executor
from piste.tune.settings import TuneSettings

ON_THE_WAY = frozenset({"trials", "search_minutes", "final", "store", "ensemble", "refit", "workers", "cluster"})
"""Settings of a search that may be given when it goes on."""


def tune(
    data: Any, *, study: "Study | Path | str | None" = None, runs: Path | str = "runs", quiet: bool = False,
    **settings: Any,
) -> Study:  # fmt: skip
    """Search settings for `data`: train many networks side by side, and the best settings once more, into a run.

    Parameters
    ----------
    data
        As for `piste.train`. The folder of a study goes on with that study.
    study
        A study to go on with, where its data are given too: they came from Python, or were moved.
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
    The finished study; one whose time was over is unfinished, and can be gone on with.

    Raises
    ------
    DataError, SettingError
        Before anything is written, for data, settings or ranges that cannot be used.
    RunError
        When the store cannot be opened, or results cannot be written.
    """
    asked = Asked.from_keywords(settings, "piste.tune")
    place = study.path if isinstance(study, Study) else study
    return tune_with(data, asked, Path(runs), listener(quiet), None if quiet else sys.stderr, study=place)


def _signature() -> inspect.Signature:
    own = [one for one in inspect.signature(tune, eval_str=True).parameters.values() if one.name != "settings"]
    fields = [field for kind in (TuneSettings, *SECTIONS.values()) for field in dataclasses.fields(kind)]
    more = [
        inspect.Parameter(field.name, inspect.Parameter.KEYWORD_ONLY, default=field.default, annotation=field.type)
        for field in fields
    ]
    return inspect.Signature([*own, *more], return_annotation=Study)


def tune_with(
    data: Any,
    asked: Asked,
    runs: Path,
    hear: Listener,
    stream: TextIO | None,
    *,
    study: Path | str | None = None,
    executor: Callable[[Bench], Executor] | None = None,
) -> Study:
    """Do what `tune` does with settings that are read already; `stream` is told how the search stands.

    `executor` makes of the bench what trains the chunks; left out, the settings of the search say where.
    """
    if executor is None:
        count, executor = places_of(asked.how)
        asked = spread(asked, count)
    if (asked.how.ensemble or asked.how.refit) and not asked.how.final:
        raise SettingError("An ensemble or a refit stands beside the run of the best settings: leave out --no-final.")
    if asked.how.ensemble == 1:
        raise SettingError("An ensemble needs at least 2 networks; 0 makes none. Got 1 instead.")
    if isinstance(data, str | Path) and (Path(data) / STUDY).is_file():
        study, data = data, None
    folder = StudyFolder.open(study) if study is not None else None
    if folder is None:
        _enough(asked.how.ensemble, asked.how.trials)
        ready = prepared(data, asked, hear)
        record, dataset, given = study_of(data, asked, ready), ready.dataset, asked.given
        folder = StudyFolder.create(runs, dataset.name)
        record = dataclasses.replace(record, name=folder.path.name)
        folder.write(record)
        bench = Bench(dataset, given, record)
    else:
        record = _going_on(folder, asked)
        _enough(record.ensemble, record.trials)
        bench = Bench.of(record, data)
    how = dataclasses.replace(asked.how, **{name: getattr(record, name) for name in AT_THE_END})
    searched(folder, record, bench, executor(bench), how, hear, stream)
    found = Study(folder)
    with folder.alone() as first:
        if first:
            try:
                _conclude(found, data, bench.given, how, hear)
            except KeyboardInterrupt:
                hear.say(GOES_ON.format(folder.path))
                raise
    return found


def _enough(networks: int, trials: int) -> None:
    if networks > trials:
        raise SettingError(f"An ensemble of {networks} networks needs as many trials. Got {trials} instead.")


def _conclude(study: Study, data: Any, given: dict[str, Any], how: TuneSettings, hear: Listener) -> None:
    """Train what is to be trained once the trials are over, and write what they say."""
    over = bool(study.ranked) and how.final and (study.record.status is Status.FINISHED or how.search_minutes > 0)
    if over and (not study.record.run or study.results.best != study.best.number):
        train_best(study, data, given, hear)
    networks, more_rows = _still_to_make(study, how) if over else (0, False)
    conclude(study, data, hear, networks=networks, more_rows=more_rows)
    hear.say(f"Report of the search: {study.path / REPORT}")


def _still_to_make(study: Study, how: TuneSettings) -> tuple[int, bool]:
    """Return how many networks an ensemble is still to be made of, and whether a refit is missing."""
    made, ranked = study.results, study.ranked
    same = made.best == study.best.number
    members = {one.number for one in ranked[: how.ensemble]}
    has_ensemble = same and made.ensemble is not None and set(made.ensemble.members) == members
    return 0 if has_ensemble else how.ensemble, how.refit and not (same and made.refit is not None)


def _going_on(folder: StudyFolder, asked: Asked) -> Any:
    """Return the record of a study that is gone on with; raises `SettingError` for what cannot be changed any more."""
    fixed = [*asked.priors, *asked.given, *(asked.said - ON_THE_WAY)]
    if fixed:
        raise SettingError(
            f"The setting '{fixed[0]}' of a study that goes on is what it was. Leave it out, or begin another study."
        )
    record = folder.record
    changed = {name: getattr(asked.how, name) for name in AT_THE_END if name in asked.said}
    if changed.get("ensemble") or changed.get("refit"):
        changed["final"] = True  # beside which they stand
    if "trials" in asked.said:
        if asked.how.trials < record.trials:
            raise SettingError(
                f"The study {folder.path} has {record.trials} trials already. Give more, or leave them out."
            )
        changed |= {"trials": asked.how.trials, "status": Status.UNFINISHED, "run": ""}
    if changed:
        record = dataclasses.replace(record, **changed)
        folder.write(record)
    return record


def train_best(study: Study, data: Any, given: dict[str, Any], hear: Listener) -> Run:
    """Train the best settings once more, as `piste train` does, into a run beside the study."""
    record, best = study.record, study.best
    source = record.source if data is None else data
    if source == "":
        raise RunError(f"The data of {study.path} came from Python: give them again.")
    hear.say(f"Trial {best.number} is the best, {record.metric} {best.score:.4g} on validation; it is trained again.")
    origins = {**record.origins, **dict.fromkeys(best.settings, "search")}
    run = train_with(source, from_keywords({**given, **best.settings}, "The study"), origins, study.path.parent, hear)
    study.folder.write(dataclasses.replace(study.record, run=run.path.name))
    return run


tune.__signature__ = _signature()  # type: ignore[attr-defined]
