"""The metrics that a person expects for each task, as statistics of how often each example counts.

Each metric keeps what it needs of every example (a loss, a hit, a place in an order), so one matrix product gives
its value on a hundred resamples. A metric that a sample leaves undefined (one class only, say) is NaN there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from piste.core.records import Task
from piste.evaluate.bootstrap import Statistic
from piste.evaluate.predictions import FloatArray, Predictions, check
from piste.evaluate.ranks import average_precision, group_sums, median, roc_auc

MOST_RANKED = 100  # classes or labels up to which the area under each one's ROC curve is computed
SMALLEST = float(np.finfo(np.float64).eps)  # probabilities are clipped here before a logarithm, as scikit-learn does


@dataclass(frozen=True)
class Metric:
    """A metric of one model on one split; `values` takes counts (B, R) and gives R values."""

    name: str
    values: Statistic
    higher_is_better: bool = True
    share: bool = False  # a share of the examples, so 0 and 1 have an exact interval
    in_units: bool = False  # measured in the target's own units


def metrics_of(predictions: Predictions) -> tuple[Metric, ...]:
    """Return the metrics of the task, in the order in which they are shown; `DataError` for unusable predictions."""
    check(predictions)
    with np.errstate(all="ignore"):  # huge but finite outputs overflow to an undefined metric
        return _BY_TASK[predictions.task](predictions)


def mean(values: NDArray[np.generic]) -> Statistic:
    """Mean over examples of `values` (B,)."""
    each = np.asarray(values, dtype=np.float64)
    return lambda counts: np.asarray(each @ counts / len(each))


def mean_of_defined(values: FloatArray) -> FloatArray:
    """Mean over the first axis of what is not NaN; NaN where nothing is."""
    defined = ~np.isnan(values)
    return np.asarray(np.where(defined, values, 0).sum(axis=0) / defined.sum(axis=0))


def average(statistics: Sequence[Statistic]) -> Statistic:
    """Unweighted mean of several statistics, leaving out those that a resample leaves undefined."""

    def values(counts: FloatArray) -> FloatArray:
        total, defined = np.zeros(counts.shape[1]), np.zeros(counts.shape[1])
        for statistic in statistics:
            value = statistic(counts)
            present = ~np.isnan(value)
            total[present] += value[present]
            defined += present
        return np.asarray(total / defined)

    return values


def truth_losses(predictions: Predictions) -> FloatArray:
    """Return -log of the probability given to the truth: (B,), or (B, K) for multi-label."""
    truth, outputs = predictions.truth, predictions.outputs
    if predictions.task == Task.MULTI_LABEL:
        given = np.where(truth == 1, outputs, 1 - outputs)
    else:
        given = outputs[np.arange(len(truth)), truth]
    return np.asarray(-np.log(np.clip(given, SMALLEST, 1 - SMALLEST)))


@dataclass(frozen=True)
class _Tally:
    """Per class or label: sums (C, B) of the examples where prediction and truth agree, of the truth, of the choice."""

    hits: csr_array
    true: csr_array
    chosen: csr_array

    def recalls(self, counts: FloatArray) -> FloatArray:
        return np.asarray((self.hits @ counts) / (self.true @ counts))

    def f1(self, counts: FloatArray) -> FloatArray:
        return np.asarray(2 * (self.hits @ counts) / (self.true @ counts + self.chosen @ counts))

    def pooled_f1(self, counts: FloatArray) -> FloatArray:
        hits, true, chosen = (one.sum(axis=0) @ counts for one in (self.hits, self.true, self.chosen))
        return np.asarray(2 * hits / (true + chosen))


def _class_tally(predictions: Predictions) -> _Tally:
    truth, chosen = predictions.truth, predictions.chosen
    rows, size, every = len(truth), predictions.outputs.shape[1], np.arange(len(truth))
    right = np.flatnonzero(truth == chosen)
    return _Tally(
        hits=group_sums(truth[right], right, size, rows),
        true=group_sums(truth, every, size, rows),
        chosen=group_sums(chosen, every, size, rows),
    )


def _class_metrics(
    predictions: Predictions, f1_name: str, f1: Callable[[FloatArray], FloatArray]
) -> tuple[Metric, ...]:
    """The metrics that two and many classes share; `f1` reduces the classes' F1 (C, R) to one."""
    tally = _class_tally(predictions)
    return (
        Metric("accuracy", mean(predictions.truth == predictions.chosen), share=True),
        Metric("balanced accuracy", lambda counts: mean_of_defined(tally.recalls(counts))),
        Metric(f1_name, lambda counts: f1(tally.f1(counts))),
        Metric("log loss", mean(truth_losses(predictions)), higher_is_better=False),
    )


def _two_class(predictions: Predictions) -> tuple[Metric, ...]:
    positive, score = predictions.truth == 1, predictions.outputs[:, 1]
    accuracy, balanced, f1, log_loss = _class_metrics(predictions, "F1", lambda each: each[1])
    return (
        accuracy,
        balanced,
        Metric("ROC AUC", roc_auc(positive, score)),
        Metric("average precision", average_precision(positive, score)),
        f1,
        log_loss,
        Metric("Brier score", mean((score - positive) ** 2), higher_is_better=False),
    )


def _many_class(predictions: Predictions) -> tuple[Metric, ...]:
    outputs, size = predictions.outputs, predictions.outputs.shape[1]
    metrics = _class_metrics(predictions, "macro F1", mean_of_defined)
    if size <= MOST_RANKED:
        areas = [roc_auc(predictions.truth == one, outputs[:, one]) for one in range(size)]
        metrics += (Metric("macro ROC AUC", average(areas)),)
    if size > 5:
        place = _place_of_truth(predictions)
        metrics += tuple(Metric(f"top-{top} accuracy", mean(place < top), share=True) for top in (3, 5))
    return metrics


def _place_of_truth(predictions: Predictions) -> NDArray[np.int64]:
    """Return how many classes come before the true one (B,); among equals the later class comes first.

    Some order among equals is needed, and this is scikit-learn's: a model that gives every class the same
    probability must not be right about all of them at once.
    """
    outputs, truth = predictions.outputs, predictions.truth
    given = outputs[np.arange(len(truth)), truth][:, None]
    later = np.arange(outputs.shape[1]) > truth[:, None]
    return np.asarray(((outputs > given) | ((outputs == given) & later)).sum(axis=1))


def _multi_label(predictions: Predictions) -> tuple[Metric, ...]:
    truth, chosen, outputs = predictions.truth == 1, predictions.chosen == 1, predictions.outputs
    sums = [csr_array(each.T.astype(np.float64)) for each in (truth & chosen, truth, chosen)]
    tally = _Tally(*sums)
    metrics = (
        Metric("subset accuracy", mean((truth == chosen).all(axis=1)), share=True),
        Metric("micro F1", tally.pooled_f1),
        Metric("macro F1", lambda counts: mean_of_defined(tally.f1(counts))),
        Metric("log loss", mean(truth_losses(predictions).mean(axis=1)), higher_is_better=False),
        Metric("Hamming loss", mean((truth != chosen).mean(axis=1)), higher_is_better=False),
    )
    if truth.shape[1] > MOST_RANKED:
        return metrics
    areas = [roc_auc(truth[:, one], outputs[:, one]) for one in range(truth.shape[1])]
    return (*metrics, Metric("macro ROC AUC", average(areas)))


def _regression(predictions: Predictions) -> tuple[Metric, ...]:
    """Errors in the target's own units; several outputs are averaged with equal weight, as in scikit-learn."""
    errors = predictions.outputs - predictions.truth
    squares = errors**2

    def rmse(counts: FloatArray) -> FloatArray:
        return np.asarray(np.sqrt(squares.T @ counts / len(squares)).mean(axis=0))

    medians = [median(np.abs(column)) for column in errors.T]
    return (
        Metric("RMSE", rmse, higher_is_better=False, in_units=True),
        Metric("MAE", mean(np.abs(errors).mean(axis=1)), higher_is_better=False, in_units=True),
        Metric("R2", average([_r2(*columns) for columns in zip(predictions.truth.T, squares.T, strict=True)])),
        Metric("median absolute error", average(medians), higher_is_better=False, in_units=True),
    )


def _r2(truth: FloatArray, squares: FloatArray) -> Statistic:
    """Share of the variance explained; NaN where the truth does not vary (scikit-learn says 0 or 1 there).

    The truth is standardised first: the variance is then a difference of numbers near 1.
    """
    spread = float(np.std(truth)) if np.ptp(truth) > 0 else np.nan
    scaled = (truth - truth.mean()) / spread
    sums = np.stack([scaled, scaled**2, squares / spread / spread])

    def values(counts: FloatArray) -> FloatArray:
        first, second, error = sums @ counts / len(truth)
        variance = second - first**2
        return np.asarray(1 - error / np.where(variance > 1e-12, variance, np.nan))

    return values


_BY_TASK: dict[Task, Callable[[Predictions], tuple[Metric, ...]]] = {
    Task.TWO_CLASS: _two_class,
    Task.MANY_CLASS: _many_class,
    Task.MULTI_LABEL: _multi_label,
    Task.REGRESSION: _regression,
}
