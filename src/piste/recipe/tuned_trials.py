"""Where trials are trained: a data set with what they share, and populations made of their settings."""

import contextlib
import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

from piste.core.errors import PisteError, RunError
from piste.core.studies import StudyRecord, TrialRecord, TrialStatus
from piste.data.dataset import load
from piste.data.encoding import Encoding
from piste.data.examples import DataSet
from piste.recipe.building import build_effort, build_plan
from piste.recipe.defaults import decide
from piste.recipe.facts import Facts
from piste.recipe.fitting import Splits, encode_splits, fitted_encoding, shown_metric
from piste.recipe.networks import takes_of
from piste.recipe.settings import SECTIONS, Settings, from_keywords
from piste.recipe.weighting import weighted
from piste.train.compiler import configure_jax
from piste.train.population import Known, Member, Population, groups, programs_by_kind
from piste.train.timeline import Effort
from piste.tune import catalog
from piste.tune.chunk import Chunk, Hear, unheard
from piste.tune.exploring import EVERY_TURN, Exploring
from piste.tune.objective import Objective
from piste.tune.results.looking import looked
from piste.tune.results.summary import space_of
from piste.tune.training import Cohort, Rule, train_chunk

ENCODED = ("model", "spec", "tokens", "vocabulary", "length", "bins")
"""Settings of the network that change what it is given."""
ENCODINGS = 4  # of the data that are kept at a time
FIRST = 64  # trials at most whose programs serve later ones too
TIMES = 8  # as many trials as the first ones are counted on at most: a search may end before its last


class Bench:
    """A data set, the settings that do not vary, and the study; call it with a chunk, and it trains it.

    What is encoded is kept, so that a worker makes one bench and calls it with one chunk after another.
    """

    def __init__(self, dataset: DataSet, given: Mapping[str, Any], study: StudyRecord) -> None:
        self._dataset, self.given, self._study = dataset, dict(given), study
        self._facts = Facts.of(dataset)
        objective = Objective.of(study)
        explores = study.sampler == catalog.PBT.name
        scheduler = EVERY_TURN if explores else catalog.scheduler(study.scheduler)
        self._rule = Rule(scheduler, objective, study.rounds)
        self._between = Exploring(space_of(study), study.seed, objective, self._member_of) if explores else None
        self._encoded: dict[str, tuple[Encoding, Splits]] = {}
        self._known: dict[Any, Known] = {}
        configure_jax()

    @classmethod
    def of(cls, study: StudyRecord, data: Any = None) -> "Bench":
        """Return the bench of a study, its data read anew: from where they came, or as they are given.

        Raises `RunError` where they came from Python and are not given.
        """
        if data is None and not study.source:
            raise RunError("The data of the study came from Python: give them again.")
        given = given_of(study)
        settings = from_keywords(given, "The study")
        dataset = load(study.source if data is None else data, settings.data, takes_of(settings.model.model))
        if study.fingerprint and dataset.record.fingerprint != study.fingerprint:
            raise RunError(
                f"The data of the study have changed since it began: fingerprint {dataset.record.fingerprint[:12]}, "
                f"then {study.fingerprint[:12]}. Begin another study."
            )
        return cls(dataset, given, study)

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        """Say what a bench in another process is made of: what was encoded and compiled here stays here."""
        return type(self), (self._dataset, self.given, self._study)

    def __call__(self, chunk: Chunk, hear: Hear = unheard) -> tuple[TrialRecord, ...]:
        """Return the trials of the chunk, trained; those whose settings cannot be used say why."""
        sharing: dict[Any, list[tuple[Member, Settings]]] = {}
        trials = []
        for trial in chunk.trials:
            try:
                settings = self.settings(trial)
                member = self._member(trial, settings)
            except PisteError as error:
                trials.append(dataclasses.replace(trial, status=TrialStatus.FAILED, note=str(error)))
                continue
            trials.append(trial)
            sharing.setdefault(_examples_key(settings), []).append((member, settings))
        hear([one for one in trials if one.status is TrialStatus.FAILED])
        cohorts = [cohort for key, alike in sharing.items() for cohort in self._cohorts(alike, self._programs(key))]
        return train_chunk(dataclasses.replace(chunk, trials=tuple(trials)), cohorts, self._rule, hear, self._between)

    def settings(self, trial: TrialRecord) -> Settings:
        """Return all settings of a trial, nothing left open; raises `SettingError` where they contradict each other."""
        values = {**self.given, **trial.settings}
        settings = from_keywords(values, "The study")
        return decide(settings, dict.fromkeys(values, "command"), self._facts)[0]

    def _member_of(self, trial: TrialRecord) -> Member:
        return self._member(trial, self.settings(trial))

    def _member(self, trial: TrialRecord, settings: Settings) -> Member:
        encoding, splits = self._examples(settings)
        rows = splits.train_rows
        plan, effort = build_plan(settings, encoding, rows), build_effort(settings.training, rows)
        return Member(trial.number, plan, effort, settings.data.seed)

    def _cohorts(self, sharing: Sequence[tuple[Member, Settings]], known: Known) -> Iterator[Cohort]:
        """Yield the populations of members that are trained on the same examples; `known` programs may serve them."""
        settings = sharing[0][1]
        encoding, splits = self._examples(settings)
        train, validation = weighted(splits.train, splits.validation, encoding, settings.model.class_weights)
        metric = shown_metric(encoding, settings.training, weighted=train.weights is not None)
        for group in groups([member for member, _ in sharing], known):
            population = Population(group, train, validation, task=encoding.task, metric=metric, known=known)
            rounds = {one.number: rounds_of(one.effort) for one in group}
            yield Cohort(population, rounds, partial(looked, population, metric))

    def _programs(self, key: Any) -> Known:
        """Return the programs of the first trials that are trained on the examples of `key`.

        They follow from the study alone. Were they those of the chunks that this process had before, the last bits of a
        trial would depend on who trains it.
        """
        if key not in self._known:
            alike = []
            for trial, settings in self._first:
                if _examples_key(settings) == key:
                    with contextlib.suppress(PisteError):
                        alike.append(self._member(trial, settings))
            times = min(self._study.trials / max(len(self._first), 1), TIMES)
            self._known[key] = programs_by_kind(groups(alike, times=times))
        return self._known[key]

    @cached_property
    def _first(self) -> list[tuple[TrialRecord, Settings]]:
        """The trials that such a search begins with, those whose settings can be used."""
        study, space = self._study, space_of(self._study)
        numbers = range(min(study.at_once, study.trials, FIRST))
        drawn = catalog.first_draw(study.sampler, study.trials)(space, numbers, study.seed, ())
        found = []
        for number, places in zip(numbers, drawn.tolist(), strict=True):
            trial = TrialRecord(number, space.point(places), tuple(places))
            with contextlib.suppress(PisteError):
                found.append((trial, self.settings(trial)))
        return found

    def _examples(self, settings: Settings) -> tuple[Encoding, Splits]:
        key = encoding_key(settings)
        if key not in self._encoded:
            encoding = fitted_encoding(self._dataset, settings)
            self._encoded = dict(list(self._encoded.items())[1 - ENCODINGS :])
            self._encoded[key] = encoding, encode_splits(self._dataset, encoding)
        return self._encoded[key]


def encoding_key(settings: Settings) -> str:
    """Return what examples depend on once they are read: trials alike in it are given the same."""
    network = settings.model
    return repr([getattr(network, name) for name in ENCODED] + [network.loss == "poisson"])


def _examples_key(settings: Settings) -> Any:
    return encoding_key(settings), settings.model.class_weights


def rounds_of(effort: Effort) -> int:
    """Return how many rounds a training has, at most."""
    steps = len(effort.rates)
    return -(-steps // min(effort.validate_every or steps // effort.epochs, steps))


def given_of(study: StudyRecord) -> dict[str, Any]:
    """Return the settings of a study that were given and do not vary, by name."""
    return {name: value for section in SECTIONS for name, value in study.settings.get(section, {}).items()}
