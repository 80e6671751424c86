"""The scores then and now: on the same examples as pairs, on others as two samples."""

import numpy as np

from piste.core.drift import ComparedScore
from piste.core.keys import seed_of
from piste.evaluate.bootstrap import point_values, replicates
from piste.evaluate.judge import BETTER, LEVEL, WORSE
from piste.evaluate.metrics import Metric, metrics_of
from piste.evaluate.predictions import FloatArray, Predictions
from piste.evaluate.scores import scores_of

_FEWEST_PAIRED = 20
_FEWEST_CHANGES = 10
_SHARES = 0.01  # a change of an accuracy or another score between 0 and 1 that does not matter
_RELATIVE = 0.02  # the same for errors in units, and log losses


def same_examples(then: Predictions, now: Predictions) -> bool:
    """Return whether both have the same examples in the same order, as the true answers tell.

    In twenty examples or more whose answers change ten times from one to the next, that is no chance.
    """
    if then.truth.shape != now.truth.shape or then.rows < _FEWEST_PAIRED:
        return False
    rows = then.truth.reshape(then.rows, -1)
    changes = int(np.sum((rows[1:] != rows[:-1]).any(axis=1)))
    return bool(np.array_equal(then.truth, now.truth)) and changes >= _FEWEST_CHANGES


def compare_scores(then: Predictions, now: Predictions, seed: int) -> tuple[ComparedScore, ...]:
    """Return every score that is defined on both, with its change and the 99 % bootstrap interval of that.

    Examples that are the same are resampled together; others apart, by draws that have nothing to do with each other.
    A change is "worse" or "better" where the interval leaves out 0 and the change is larger than 0.01 (of a score
    between 0 and 1) or 2 % (of an error).
    """
    own = seed if same_examples(then, now) else seed_of(seed, "drift") % 2**31
    sides = [_judged(then, seed), _judged(now, own)]
    named = [{score.name: score for score in scores_of(*side[:3], rows, "")} for side, rows in
             zip(sides, (then.rows, now.rows), strict=True)]  # fmt: skip
    compared = []
    for place, metric in enumerate(sides[0][0]):
        if metric.name not in named[0] or metric.name not in named[1]:
            continue
        sign = 1.0 if metric.higher_is_better else -1.0
        count = min(side[2].shape[1] for side in sides)
        draws = sign * (sides[1][2][place, :count] - sides[0][2][place, :count])
        low, high = _interval(draws)
        before, after = named[0][metric.name], named[1][metric.name]
        change = sign * (after.value - before.value)
        floor = _SHARES if metric.higher_is_better else _RELATIVE * abs(before.value)
        verdict = WORSE if high < 0 and change < -floor else BETTER if low > 0 and change > floor else LEVEL
        compared.append(ComparedScore(before, after, change, low, high, verdict))
    return tuple(compared)


def _judged(predictions: Predictions, seed: int) -> tuple[tuple[Metric, ...], FloatArray, FloatArray]:
    metrics = metrics_of(predictions)
    statistics = [metric.values for metric in metrics]
    points = point_values(statistics, predictions.rows)
    return metrics, points, replicates(statistics, predictions.rows, seed)


def _interval(draws: FloatArray) -> tuple[float, float]:
    defined = draws[np.isfinite(draws)]
    if not len(defined):
        return float("nan"), float("nan")
    low, high = np.quantile(defined, (0.005, 0.995))
    return float(low), float(high)
