"""From a data set to a trained network, without a folder: encode the splits, build, fit."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.records import Task
from piste.data.encoding import Encoding
from piste.data.examples import DataSet
from piste.nn.metrics import WATCHED
from piste.recipe.building import build_effort, build_plan
from piste.recipe.network import Network
from piste.recipe.settings import Settings
from piste.train.checkpoint import Checkpoints
from piste.train.fit import Examples, Fitted, Progress, Shown, fit


@dataclass(frozen=True)
class Splits:
    """The three splits as the network takes them, and `truth`: their targets as they stand in the data set."""

    train: Examples
    validation: Examples
    test: Examples
    truth: Mapping[str, NDArray[np.generic]]


def encode_splits(dataset: DataSet, encoding: Encoding) -> Splits:
    """Return the splits of `dataset`, encoded."""
    parts, truth = {}, {}
    for name in ("train", "validation", "test"):
        columns, values = dataset.select(name)
        parts[name] = Examples(encoding.inputs(columns), encoding.targets(values))
        truth[name] = values
    return Splits(**parts, truth=truth)


def fit_network(
    splits: Splits,
    encoding: Encoding,
    settings: Settings,
    watch: Callable[[Progress, int], None] = lambda progress, epochs: None,
    checkpoints: Checkpoints | None = None,
) -> tuple[Network, Fitted]:
    """Return the network that `settings` name, trained; `watch` hears of the progress and the epochs there are."""
    plan = build_plan(settings, encoding)
    effort = build_effort(settings.training, len(splits.train))
    fitted = fit(
        plan,
        splits.train,
        splits.validation,
        effort,
        task=encoding.task,
        seed=settings.data.seed,
        metric=shown_metric(encoding),
        watch=lambda progress: watch(progress, effort.epochs),
        checkpoints=checkpoints,
    )
    return Network(plan.model, fitted.parameters, fitted.state, encoding), fitted


def shown_metric(encoding: Encoding) -> Shown:
    """Return how the watched metric is shown: an RMSE in the target's own unit."""
    watched = WATCHED[encoding.task]
    if encoding.task is not Task.REGRESSION:
        return Shown(watched.name, higher_is_better=watched.higher_is_better)
    several = len(encoding.target_names) > 1
    scale = 1.0 if several else float(encoding.target_std[0])
    return Shown(
        f"{watched.name} (standardised)" if several else watched.name,
        lambda mean: math.sqrt(mean) * scale,
        lambda error: (error / scale) ** 2,
        higher_is_better=False,
    )
