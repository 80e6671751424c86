"""From a data set to a trained network, without a folder: encode the splits, build, fit."""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.data.encoding import Encoding, fit_encoding, for_counts
from piste.data.examples import DataSet
from piste.data.stream import GIB
from piste.nn.metrics import Watched
from piste.recipe.building import build_effort, build_plan, watched_metric
from piste.recipe.network import Network
from piste.recipe.reading import reading
from piste.recipe.settings import Settings
from piste.recipe.weighting import class_weights, weighted
from piste.train.checkpoint import Keeper
from piste.train.fit import Examples, Fitted, Shown, fit
from piste.train.plan import Plan
from piste.train.progress import Watch, unheard
from piste.train.settings import TrainingSettings
from piste.train.streaming import Stream, written
from piste.train.timeline import Effort


@dataclass(frozen=True)
class Splits:
    """The three splits as the network takes them, and `truth`: their targets as they stand in the data set."""

    train: Examples
    validation: Examples
    test: Examples
    truth: Mapping[str, NDArray[np.generic]]
    stream: Stream | None = None  # the whole train split, where `train` is a sample of it

    @property
    def train_rows(self) -> int:
        """How many examples there are to learn from."""
        return len(self.train if self.stream is None else self.stream)


def fitted_encoding(dataset: DataSet, settings: Settings) -> Encoding:
    """Return the encoding of `dataset` that the settings of the network ask for.

    Raises `SettingError` for a loss or class weights that do not fit the target.
    """
    encoding = fit_encoding(dataset, settings.model.bins or 0, reading(settings.model, dataset))
    class_weights(settings.model.class_weights, encoding.classes, dataset.target.values)
    return for_counts(encoding, dataset) if settings.model.loss == "poisson" else encoding


def encode_splits(dataset: DataSet, encoding: Encoding) -> Splits:
    """Return the splits of `dataset`, encoded."""
    parts, truth = {}, {}
    for name in ("train", "validation", "test"):
        columns, values = dataset.select(name)
        weights = None if dataset.weights is None else dataset.weights[dataset.rows[name]].astype(np.float32)
        parts[name] = Examples(encoding.inputs(columns), encoding.targets(values), weights)
        truth[name] = values
    return Splits(parts["train"], parts["validation"], parts["test"], truth)


def on_disk(dataset: DataSet, encoding: Encoding, splits: Splits, settings: Settings, folder: Path) -> Splits:
    """Return `splits` with the whole train split encoded on the disk, in `folder`, where `dataset` is streamed.

    Raises `DataError` for a row that does not fit what was learnt from the sample, `RunError` for a full disk.
    """
    if dataset.stream is None:
        return splits
    by_class = settings.model.class_weights
    factors = class_weights(by_class, encoding.classes, splits.train.targets, splits.train.weights)

    def parts() -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[np.float32]]]:
        for inputs, targets, weights in dataset.stream.blocks(encoding) if dataset.stream else ():
            scaled = weights if by_class == "none" else weights * factors[np.asarray(targets, np.int64)]
            yield inputs, targets, scaled.astype(np.float32)

    memory = round((settings.data.memory or 1.0) * GIB)
    head, _ = weighted(splits.train, splits.validation, encoding, by_class)
    stream = written(folder, parts(), head, settings.data.seed, memory, len(dataset.stream))
    return dataclasses.replace(splits, stream=stream)


def fit_network(
    splits: Splits,
    encoding: Encoding,
    settings: Settings,
    watch: Watch = unheard,
    checkpoints: Keeper | None = None,
    *,
    by_validation: bool = False,
    planned: tuple[Plan, Effort] | None = None,
) -> tuple[Network, Fitted]:
    """Return the network that `settings` name, trained; `watch` hears of the progress, as `fit` says.

    Plan and effort are those of the settings, or `planned`.
    """
    plan, effort = planned or (
        build_plan(settings, encoding, splits.train_rows), build_effort(settings.training, splits.train_rows)
    )  # fmt: skip
    train, validation = weighted(splits.train, splits.validation, encoding, settings.model.class_weights)
    fitted = fit(
        plan,
        splits.stream or train,
        validation,
        effort,
        task=encoding.task,
        seed=settings.data.seed,
        metric=shown_metric(encoding, settings.training, weighted=train.weights is not None),
        watch=watch,
        by_validation=by_validation,
        checkpoints=checkpoints,
    )
    return Network(plan.model, fitted.parameters, fitted.state, encoding, plan.precision, plan.devices), fitted


def shown_metric(encoding: Encoding, training: TrainingSettings, *, weighted: bool = False) -> Shown:
    """Return how the watched metric is shown: an RMSE, say, in the target's own unit."""
    return shown(watched_metric(training, encoding.task), encoding.target_std, weighted=weighted)


def shown(watched: Watched, deviation: Sequence[float], *, weighted: bool = False) -> Shown:
    """Return how a metric is shown, of targets that were divided by `deviation`: several are not brought back."""
    power, several = watched.power, len(deviation) > 1
    scale = 1.0 if several or not power else float(deviation[0])
    name = watched.name + (" (standardised)" if several and power else "") + (" (weighted)" if weighted else "")
    if watched.root:
        return Shown(
            name,
            lambda mean: math.sqrt(mean) * scale,
            lambda shown: (shown / scale) ** 2,
            higher_is_better=watched.higher_is_better,
        )
    return Shown(
        name, lambda mean: mean * scale, lambda shown: shown / scale, higher_is_better=watched.higher_is_better
    )
