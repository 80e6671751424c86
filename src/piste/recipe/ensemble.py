"""The best networks of a search as one, and the best settings trained on train and validation rows together."""

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from piste.core.errors import RunError, SettingError
from piste.core.records import Task
from piste.core.studied import MadeRecord
from piste.core.studies import TrialRecord
from piste.data.dataset import load
from piste.data.examples import DataSet
from piste.nn.ensemble import Ensemble
from piste.nn.sequential import child_name
from piste.recipe.building import build_effort, build_plan
from piste.recipe.defaults import decide
from piste.recipe.ensemble_run import made_record, made_run
from piste.recipe.facts import Facts
from piste.recipe.fitting import Splits, encode_splits, fit_network, fitted_encoding, shown_metric
from piste.recipe.network import Network
from piste.recipe.networks import takes_of
from piste.recipe.settings import Settings, from_keywords
from piste.recipe.tuned_study import Study
from piste.recipe.tuned_trials import encoding_key, given_of
from piste.recipe.weighting import weighted
from piste.train.compiler import configure_jax
from piste.train.fit import Examples, fit

ENSEMBLE, REFIT = "ensemble", "refit"  # folders inside the study's
Say = Callable[[str], None]


def ensemble(study: Study, size: int, data: Any = None, say: Say = lambda _: None) -> MadeRecord:
    """Return the mean answer of the `size` best networks of a study, kept as a run in its folder `ensemble`.

    Each is trained as its trial was, from the same seed; the best one is that of the study's run. Trials that read the
    data otherwise than the best one does are passed over. `data` are needed where they came from Python.

    Raises `SettingError` where fewer trials than `size` have a score, `RunError` where the study has no run of its
    best settings.
    """
    single, members = study.run, _members(study, size)
    configure_jax()
    dataset = _data(study, data)
    settings = [_settings(study, one, dataset) for one in members]
    encoding = single.network.encoding
    splits = encode_splits(dataset, encoding)
    networks = [single.network]
    for place, (trial, own) in enumerate(zip(members[1:], settings[1:], strict=True), 2):
        say(f"Training network {place} of {size}, trial {trial.number} ...")
        networks.append(fit_network(splits, encoding, own)[0])
    numbers = tuple(one.number for one in members)
    path, command = study.path / ENSEMBLE, f"piste tune {study.path} --ensemble {size}"
    name = f"{study.record.name}: {size} networks"
    judged = made_run(path, name, single, joined(networks), dataset, splits, command)
    return made_record(judged, path, numbers, f"The mean answer of {size} networks", command)


def joined(networks: list[Network]) -> Network:
    """Return the network that gives the mean answer of `networks`, which read data alike."""
    first = networks[0]
    of = {Task.REGRESSION: "numbers", Task.MULTI_LABEL: "labels"}.get(first.encoding.task, "classes")
    layers = tuple(one.model for one in networks)
    names = [child_name(index, layer) for index, layer in enumerate(layers)]
    parameters = {name: one.parameters for name, one in zip(names, networks, strict=True) if one.parameters}
    state = {name: one.state for name, one in zip(names, networks, strict=True) if one.state}
    return dataclasses.replace(first, model=Ensemble(layers, of), parameters=parameters, state=state)  # type: ignore[arg-type]


def refit(study: Study, data: Any = None, say: Say = lambda _: None) -> MadeRecord:
    """Return the best settings trained on train and validation rows together, kept as a run in the folder `refit`.

    Nothing is left to stop by, so it is trained for as many epochs as were best in the study's run, at the same rates,
    and the last parameters are kept. `data` and errors are as for `ensemble`.
    """
    single, best = study.run, study.best
    training = single.record.training
    if training is None:
        raise RunError(f"The run {single.path} does not say how many epochs were best; train it again.")
    configure_jax()
    apart = _data(study, data)
    dataset = dataclasses.replace(apart, rows={**apart.rows, "train": _together(apart)})
    settings = _settings(study, best, apart)
    say(f"Training the best settings on {len(dataset.rows['train']):,} train and validation rows ...")
    network, splits = _trained_for(dataset, settings, float(training.best_epoch))
    path, command = study.path / REFIT, f"piste tune {study.path} --refit"
    judged = made_run(path, f"{study.record.name}: on more rows", single, network, dataset, splits, command)
    return made_record(judged, path, (best.number,), "The network trained on the validation rows too", command)


def _together(dataset: DataSet) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.sort(np.concatenate([dataset.rows["train"], dataset.rows["validation"]]))


def _trained_for(dataset: DataSet, settings: Settings, epochs: float) -> tuple[Network, Splits]:
    """Return the network after so many epochs of the schedule that `settings` ask for, and the splits."""
    encoding = fitted_encoding(dataset, settings)
    splits = encode_splits(dataset, encoding)
    rows = len(splits.train)
    plan, whole = build_plan(settings, encoding, rows), build_effort(settings.training, rows)
    steps = max(round(len(whole.rates) * epochs / whole.epochs), 1)
    # A gain of minus infinity takes every validation for the best, so that the last parameters are kept.
    effort = dataclasses.replace(
        whole, epochs=math.ceil(epochs), rates=whole.rates[:steps], patience=0, minimal_gain=-math.inf, target=None,
        seconds=0.0,
    )  # fmt: skip
    train, validation = weighted(splits.train, splits.validation, encoding, settings.model.class_weights)
    metric = shown_metric(encoding, settings.training, weighted=train.weights is not None)
    fitted = fit(plan, train, _few(validation), effort, task=encoding.task, seed=settings.data.seed, metric=metric)
    return Network(plan.model, fitted.parameters, fitted.state, encoding, plan.precision, plan.devices), splits


def _few(examples: Examples) -> Examples:
    """Return a few examples: the engine wants some to validate by, and here nothing follows from them."""
    weights = None if examples.weights is None else examples.weights[:2]
    return Examples(examples.inputs[:2], examples.targets[:2], weights)


def _members(study: Study, size: int) -> list[TrialRecord]:
    """Return the best trials, the first of them that of the study's run, which all read data alike."""
    given, ranked = given_of(study.record), study.ranked
    keys = [encoding_key(from_keywords({**given, **one.settings}, "The study")) for one in ranked]
    alike = [one for one, key in zip(ranked, keys, strict=True) if key == keys[0]]
    if size < 2 or len(alike) < size:
        raise SettingError(
            f"An ensemble needs from 2 to {len(alike)} networks, as many as trials of {study.path} have a score and "
            f"read data alike. Got {size} instead."
        )
    return alike[:size]


def _data(study: Study, data: Any) -> DataSet:
    source = study.record.source if data is None else data
    if isinstance(source, str | Path) and not str(source):
        raise RunError(f"The data of {study.path} came from Python: give them again.")
    settings = from_keywords(given_of(study.record), "The study")
    return load(source, settings.data, takes_of(settings.model.model))


def _settings(study: Study, trial: TrialRecord, dataset: DataSet) -> Settings:
    values = {**given_of(study.record), **trial.settings}
    settings = from_keywords(values, "The study")
    return decide(settings, dict.fromkeys(values, "command"), Facts.of(dataset))[0]
