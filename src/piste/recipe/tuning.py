"""The search as one verb: from data and ranges to a study, and to a run of its best settings."""

import dataclasses
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from piste.core.errors import SettingError
from piste.core.records import Status
from piste.core.settings import check, from_mapping
from piste.core.studies import DimensionRecord, StudyRecord
from piste.core.versions import versions
from piste.data.dataset import load
from piste.data.examples import DataSet
from piste.recipe.building import build_effort
from piste.recipe.command import study_line
from piste.recipe.defaults import decide
from piste.recipe.describing import ORIGINS
from piste.recipe.facts import Facts
from piste.recipe.fitting import fitted_encoding, shown_metric
from piste.recipe.networks import takes_of
from piste.recipe.progress import Listener, told
from piste.recipe.settings import SECTIONS, Settings, from_keywords, recorded
from piste.recipe.tuned_defaults import default_space
from piste.recipe.tuned_trials import rounds_of
from piste.recipe.tuning_space import apart, checked_space
from piste.recipe.versions import PACKAGES, device
from piste.train.optimisers import BETA2, MOMENTUM
from piste.tune.catalog import PBT
from piste.tune.priors import Prior, written
from piste.tune.samplers.grid import GRID, levels
from piste.tune.samplers.independent import sobol
from piste.tune.schedulers.median import NONE
from piste.tune.settings import TuneSettings
from piste.tune.space import Space
from piste.tune.store.address import address, without_password

TRIED = 16  # settings of which one must fit the data, or nothing is searched
AT_THE_END = ("final", "ensemble", "refit")
"""Settings of a search that say what is made of its trials; a study that goes on has those it had."""


@dataclass(frozen=True)
class Asked:
    """What a search is asked for: settings that do not vary, those that do, where both came from, and how to search."""

    given: Mapping[str, Any]
    priors: Mapping[str, Prior]
    origins: Mapping[str, str]
    how: TuneSettings
    where: str = "The command line"
    said: frozenset[str] = frozenset()  # which settings of the search were given

    @classmethod
    def from_keywords(cls, settings: Mapping[str, Any], where: str) -> "Asked":
        """Return what is asked for by the keywords of the function called `where`."""
        own = {field.name for field in dataclasses.fields(TuneSettings)}
        said = {name: one for name, one in settings.items() if name in own}
        priors, given = apart({name: one for name, one in settings.items() if name not in own})
        how = from_mapping(TuneSettings, said, where)
        return cls(given, priors, dict.fromkeys((*given, *priors), "python"), how, where, frozenset(said))


@dataclass(frozen=True)
class Intended:
    """What a search is to be: its space with the reason for every setting, and what would be trained without it."""

    space: Space
    why: Mapping[str, str]
    settings: Settings
    usual: Mapping[str, str]  # what settings that vary would be without the search, as they are written
    rows: int  # of the train split


@dataclass(frozen=True)
class Prepared(Intended):
    """A search that is ready to begin on its data."""

    dataset: DataSet


def prepared(data: Any, asked: Asked, hear: Listener) -> Prepared:
    """Return the search with its data read and its space decided; raises what is wrong with either."""
    check(asked.how)
    address(asked.how.store, Path())  # says what is wrong with it before anything is written
    if asked.how.sampler == PBT.name and "scheduler" in asked.said and asked.how.scheduler != NONE.name:
        raise SettingError("Population-based training stops no trial: leave --scheduler out, or choose a sampler.")
    space = checked_space(asked.priors, asked.where) if asked.priors else None  # before reading, which may take long
    settings = from_keywords(asked.given, asked.where)
    with told(hear, "Reading the data"):
        dataset = load(data, settings.data, takes_of(settings.model.model))
    if dataset.stream is not None:
        raise SettingError("A search needs data that fit into memory: give a part of them, or more with --memory.")
    return Prepared(**vars(intended(asked, Facts.of(dataset), settings, space)), dataset=dataset)


def intended(asked: Asked, facts: Facts, settings: Settings, space: Space | None) -> Intended:
    """Return what a search of data of which `facts` hold is to be; `space` is None where nobody said what varies.

    Raises `SettingError` for settings that contradict the facts, or each other.
    """
    if space is not None:
        why = {name: f"given by {ORIGINS[asked.origins.get(name, 'python')]}" for name in asked.priors}
        return Intended(space, why, _first_that_fits(space, asked, facts), _usual(space, asked, facts), facts.rows)
    settings = decide(settings, asked.origins, facts)[0]
    proposed = default_space(facts, settings, asked.given)
    space = checked_space({one.name: one.prior for one in proposed}, asked.where)
    why = {one.name: one.why for one in proposed}
    return Intended(space, why, settings, _written(space, settings), facts.rows)


def _usual(space: Space, asked: Asked, facts: Facts) -> Mapping[str, str]:
    try:
        settings = decide(from_keywords(asked.given, asked.where), asked.origins, facts)[0]
    except SettingError:  # what is given may only make sense with what varies
        return {}
    return _written(space, settings)


def _written(space: Space, settings: Settings) -> dict[str, str]:
    """Return what the settings that vary are in `settings`, where they are anything."""
    sections = (settings.model, settings.training)
    values = {
        one.name: getattr(part, one.name) for one in space.dimensions for part in sections if hasattr(part, one.name)
    }
    values |= {name: in_use(name, settings) for name, value in values.items() if value is None}
    return {name: written(value) for name, value in values.items() if value is not None}


def in_use(name: str, settings: Settings) -> Any:
    """Return what the setting `name` that is left open in `settings` amounts to; None where it is nothing."""
    hidden, optimiser = settings.model.hidden or (), settings.training.optimiser or ""
    of_optimiser = {"momentum": MOMENTUM, "beta2": BETA2}
    if name in of_optimiser:
        return of_optimiser[name].get(optimiser)
    if settings.model.model == "mlp" and len(set(hidden)) == 1:
        return {"width": hidden[0], "depth": len(hidden)}.get(name)
    return None


def _first_that_fits(space: Space, asked: Asked, facts: Facts) -> Settings:
    """Return the settings of the first of a few trials that can be trained; raises what is wrong where none can."""
    wrong: list[SettingError] = []
    for places in sobol(space, range(TRIED), 0).tolist():
        values = {**asked.given, **space.point(places)}
        try:
            return decide(from_keywords(values, asked.where), dict.fromkeys(values, "command"), facts)[0]
        except SettingError as error:
            wrong.append(error)
    raise wrong[0]


def study_of(data: Any, asked: Asked, ready: Prepared) -> StudyRecord:
    """Return the record of the study that is to begin."""
    settings = ready.settings
    encoding = fitted_encoding(ready.dataset, settings)
    metric = shown_metric(encoding, settings.training)
    return StudyRecord(
        name=ready.dataset.name,
        status=Status.UNFINISHED,
        created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        command=study_line(data, asked.given, asked.priors, asked.how),
        source=str(data) if isinstance(data, str | Path) else "",
        seed=settings.data.seed,
        metric=metric.name,
        higher_is_better=metric.higher_is_better,
        dimensions=dimensions_of(ready),
        settings=_by_section(asked.given),
        sampler=asked.how.sampler,
        scheduler=NONE.name if asked.how.sampler == PBT.name else asked.how.scheduler,
        trials=_trials(ready.space, asked.how),
        rounds=_most_rounds(ready),
        store=without_password(asked.how.store),
        versions=versions(PACKAGES),
        device=device(),
        at_once=asked.how.at_once,
        origins=dict(asked.origins),
        fingerprint=ready.dataset.record.fingerprint,
        **{name: getattr(asked.how, name) for name in AT_THE_END},
    )


def dimensions_of(ready: Intended) -> tuple[DimensionRecord, ...]:
    """Return the dimensions of a search as records."""
    return tuple(
        DimensionRecord(
            one.name,
            one.label,
            str(one.prior),
            tuple((condition.name, condition.value) for condition in one.under),
            ready.why.get(one.name, "") if not one.under else "",
            ready.usual.get(one.name, ""),
        )
        for one in ready.space.dimensions
    )


def planned(ready: Intended, how: TuneSettings) -> str:
    """Return in words how the space is searched."""
    trials, rounds = _trials(ready.space, how), _most_rounds(ready)
    halted = "" if how.sampler == PBT.name or how.scheduler == NONE.name else f", scheduler {how.scheduler}"
    return f"{trials:,} trials of at most {rounds:,} rounds each, sampler {how.sampler}{halted}."


def _trials(space: Space, how: TuneSettings) -> int:
    """Return how many trials there are: of a grid no more than it has points."""
    return math.prod(levels(space, how.trials)) if how.sampler == GRID.name else how.trials


def _most_rounds(ready: Intended) -> int:
    longest = [dimension.prior for dimension in ready.space.dimensions if dimension.name == "epochs"]
    epochs = [int(prior.value(1.0 - 2**-53)) for prior in longest] + [
        int(value) for name, value, _ in ready.space.fixed if name == "epochs"
    ]
    training = dataclasses.replace(
        ready.settings.training, epochs=max([*epochs, 0 if longest else ready.settings.training.epochs or 1])
    )
    return rounds_of(build_effort(training, ready.rows))


def _by_section(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        section: {field.name: recorded(given[field.name]) for field in dataclasses.fields(kind) if field.name in given}
        for section, kind in SECTIONS.items()
    }
