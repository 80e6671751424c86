"""Metrics that are watched while training, computed inside the compiled program over the whole validation split.

A metric is a plain function `(outputs, targets) -> (B,)`, whose mean over the split is what is watched, or a
`WholeSplit` where no mean over examples gives the right number (F1, AUC, R2). Neither depends on how the split is cut
into batches. The judged metrics, with intervals, belong to evaluation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp

from piste.core.records import Task

PerExample = Callable[[jax.Array, jax.Array], jax.Array]


@dataclass(frozen=True)
class WholeSplit:
    """A metric of all N examples at once: `compute(outputs (N, ...), targets (N, ...), weights (N,))` gives a number.

    Weights are the examples' own, and 0 for rows that only fill the last batch, which must not count.
    """

    compute: Callable[[jax.Array, jax.Array, jax.Array], jax.Array]

    def __call__(self, outputs: jax.Array, targets: jax.Array, weights: jax.Array) -> jax.Array:
        """Return the number for the whole split."""
        return self.compute(outputs, targets, weights)


Metric = PerExample | WholeSplit


@dataclass(frozen=True)
class OfExponential:
    """A metric of numbers for a network whose outputs are their logarithms."""

    metric: Callable[..., jax.Array]

    def __call__(self, outputs: jax.Array, *more: jax.Array) -> jax.Array:
        """Return the metric of the exponentials."""
        return self.metric(jnp.exp(outputs), *more)


def of_exponential(metric: Metric) -> Metric:
    """Return the metric of the exponentials of the outputs."""
    if isinstance(metric, WholeSplit):
        return WholeSplit(OfExponential(metric.compute))
    return OfExponential(metric)


def right_class(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    """1 where the largest of the logits (B, C) is the class (B,), else 0; its mean is the accuracy."""
    return (jnp.argmax(outputs, axis=-1) == targets).astype(jnp.float32)


def among_five(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    """1 where the class (B,) is among the five largest of the logits (B, C), else 0; ties are on the network's side."""
    true = jnp.sum(jnp.where(targets[..., None] == jnp.arange(outputs.shape[-1]), outputs, 0.0), axis=-1, keepdims=True)
    return (jnp.sum(outputs > true, axis=-1) < 5).astype(jnp.float32)


def right_labels(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    """The share of the K labels on the right side of probability 1/2; its mean is 1 - the Hamming loss."""
    return jnp.mean(((outputs > 0) == (targets > 0.5)).astype(jnp.float32), axis=-1)


def all_labels(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    """1 where all K labels are on the right side of probability 1/2, else 0."""
    return jnp.all((outputs > 0) == (targets > 0.5), axis=-1).astype(jnp.float32)


def squared_error(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    """The mean over the K outputs of the squared difference; the root of its mean is the RMSE."""
    return jnp.mean(jnp.square(outputs - targets), axis=-1)


def absolute_error(outputs: jax.Array, targets: jax.Array) -> jax.Array:
    """The mean over the K outputs of the difference's size."""
    return jnp.mean(jnp.abs(outputs - targets), axis=-1)


def balanced_accuracy(outputs: jax.Array, targets: jax.Array, weights: jax.Array) -> jax.Array:
    """The mean over the classes that occur of the share of their examples that is found."""
    right, there, _ = _class_counts(outputs, targets, weights)
    return _mean_where(right / jnp.maximum(there, 1e-12), there > 0)


def class_f1(outputs: jax.Array, targets: jax.Array, weights: jax.Array) -> jax.Array:
    """The mean over the classes, that occur or are predicted, of `2 hits / (occurring + predicted)`."""
    right, there, said = _class_counts(outputs, targets, weights)
    return _mean_where(2 * right / jnp.maximum(there + said, 1e-12), there + said > 0)


def label_f1(outputs: jax.Array, targets: jax.Array, weights: jax.Array) -> jax.Array:
    """The mean over the labels of `2 hits / (occurring + predicted)`; 0 for a label without either."""
    said, there = (outputs > 0).astype(jnp.float32), (targets > 0.5).astype(jnp.float32)
    hits, total = weights @ (said * there), weights @ (said + there)
    return jnp.mean(2 * hits / jnp.maximum(total, 1e-12))


def area_under_curve(outputs: jax.Array, targets: jax.Array, weights: jax.Array) -> jax.Array:
    """The chance that an example of the second class scores above one of the first, ties half; NaN without both."""
    scores = outputs[:, 1] - outputs[:, 0]
    order = jnp.argsort(scores)
    ordered = scores[order]
    first = jnp.concatenate([jnp.zeros(1), jnp.cumsum(jnp.where(targets == 0, weights, 0.0)[order])])
    below = first[jnp.searchsorted(ordered, scores, side="left")]
    tied = first[jnp.searchsorted(ordered, scores, side="right")] - below
    second = jnp.where(targets == 1, weights, 0.0)
    return jnp.sum(second * (below + 0.5 * tied)) / (jnp.sum(second) * first[-1])


def explained_share(outputs: jax.Array, targets: jax.Array, weights: jax.Array) -> jax.Array:
    """R2, `1 - squared error / variance`, the mean over the targets."""
    mean = weights @ targets / jnp.sum(weights)
    error = weights @ jnp.square(outputs - targets)
    return jnp.mean(1.0 - error / (weights @ jnp.square(targets - mean)))


def _class_counts(outputs: jax.Array, targets: jax.Array, weights: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
    """Return (C,) each: weight of the examples found, there, and predicted."""
    classes = jnp.arange(outputs.shape[-1])
    there = (targets[:, None] == classes).astype(jnp.float32)
    said = (jnp.argmax(outputs, axis=-1)[:, None] == classes).astype(jnp.float32)
    return weights @ (there * said), weights @ there, weights @ said


def _mean_where(values: jax.Array, counted: jax.Array) -> jax.Array:
    return jnp.sum(jnp.where(counted, values, 0.0)) / jnp.sum(counted)


class Watched(NamedTuple):
    """A metric with the name a person knows it by.

    `power` is that of the target's unit in the shown number; `root` says that the root of the mean is shown.
    """

    name: str
    metric: Metric
    higher_is_better: bool
    power: int = 0
    root: bool = False


_ACCURACY = Watched("accuracy", right_class, True)
_BALANCED = Watched("balanced accuracy", WholeSplit(balanced_accuracy), True)
_F1 = Watched("F1", WholeSplit(class_f1), True)

METRICS: dict[Task, dict[str, Watched]] = {
    Task.TWO_CLASS: {
        "accuracy": _ACCURACY,
        "balanced-accuracy": _BALANCED,
        "f1": _F1,
        "auc": Watched("AUC", WholeSplit(area_under_curve), True),
    },
    Task.MANY_CLASS: {
        "accuracy": _ACCURACY,
        "balanced-accuracy": _BALANCED,
        "f1": _F1,
        "top-5": Watched("top-5 accuracy", among_five, True),
    },
    Task.MULTI_LABEL: {
        "label-accuracy": Watched("label accuracy", right_labels, True),
        "exact-match": Watched("exact match", all_labels, True),
        "f1": Watched("F1", WholeSplit(label_f1), True),
    },
    Task.REGRESSION: {
        "rmse": Watched("RMSE", squared_error, False, power=1, root=True),
        "mae": Watched("MAE", absolute_error, False, power=1),
        "r2": Watched("R2", WholeSplit(explained_share), True),
    },
}
"""The metrics that can be watched for each task, the default first."""

WATCHED = {task: next(iter(metrics.values())) for task, metrics in METRICS.items()}
"""The metric that is watched when none is named."""
