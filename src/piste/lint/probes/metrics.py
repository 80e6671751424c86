"""Probe PR2: the metric on predictions whose score is known, and on a split cut in two ways."""

from dataclasses import dataclass

import numpy as np

from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.criterion import metric_criterion, some_answers
from piste.lint.problem import problem

_LOGIT = 0.3  # a probability of 0.57: right for whoever compares logits with 0, wrong for a threshold of 0.5 on them


@dataclass(frozen=True)
class Scores:
    """The metric of perfect predictions, of one wrong example among `examples`, of half wrong, and of all wrong.

    `pairs` is the share of right answers if every prediction is compared with every target; `exchanged` is the metric
    of perfect predictions that were handed out to other examples, NaN but for numbers.
    """

    perfect: float
    one_wrong: float
    half_wrong: float
    all_wrong: float
    examples: int
    shape: tuple[int, ...]
    pairs: float
    exchanged: float


@dataclass(frozen=True)
class Cut:
    """The metric of all examples at once, as the mean of equal batches, and of ragged ones weighed by their size."""

    whole: float
    doubled: float
    shuffled: float


def known_scores(bench: Bench) -> Scores:
    """Probe: predictions that get worse example by example."""
    one, criterion = bench.probe(problem), bench.probe(metric_criterion)
    truth, told = some_answers(one, criterion.layout)
    worse = told + 5.0 if one.task is Task.REGRESSION else -told
    rows, step = len(truth), criterion.layout.rows

    def score(wrong: int) -> float:
        outputs = np.where(np.arange(rows)[:, None] < wrong * step, worse, told)
        return criterion.mean(_LOGIT * outputs if one.task is not Task.REGRESSION else outputs, truth)

    examples = rows // step
    shape = criterion.raw(_LOGIT * told, truth).shape
    _, counts = np.unique(truth, return_counts=True)
    pairs = float(np.sum(np.square(counts / counts.sum())))
    exchanged = criterion.mean(np.roll(told, rows // 2, axis=0), truth) if one.task is Task.REGRESSION else np.nan
    return Scores(score(0), score(1), score(examples // 2), score(examples), examples, shape, pairs, exchanged)


def cuts(bench: Bench) -> Cut:
    """Probe: half-wrong predictions, the same twice, and in another order: three times the same score is due."""
    one, criterion = bench.probe(problem), bench.probe(metric_criterion)
    truth, told = some_answers(one, criterion.layout)
    noisy = told + bench.generator("metric cuts").normal(0.0, 1.5, told.shape)
    step = criterion.layout.rows
    order = bench.generator("metric order").permutation(len(truth) // step)
    rows = (order[:, None] * step + np.arange(step)).ravel()
    return Cut(
        criterion.mean(noisy, truth),
        criterion.mean(np.concatenate([noisy, noisy]), np.concatenate([truth, truth])),
        criterion.mean(noisy[rows], truth[rows]),
    )
