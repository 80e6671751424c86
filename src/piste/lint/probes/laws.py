"""Laws that every sane loss keeps, whatever its formula: order, one number per example, finite, corrects the wrong."""

from dataclasses import dataclass

import numpy as np

from piste.core.records import Task
from piste.lint.bench import Bench
from piste.lint.criterion import loss_criterion, some_answers
from piste.lint.problem import problem

HUGE = 1000.0  # where exp overflows and a softmax without care gives NaN


@dataclass(frozen=True)
class Order:
    """The mean loss of right, neutral and wrong answers; logits of 1, so that smoothed losses keep the order too."""

    right: float
    neutral: float
    wrong: float


@dataclass(frozen=True)
class Batch:
    """The loss of a batch A, of A twice, of another batch B, and of both together (the mean of A and B is due).

    `alike` is the loss of A together with other outputs for its targets, `alike_mean` the mean of both by themselves:
    losses that weigh classes and divide by the weights keep this law, though not that of A and B. `exchanged` is the
    loss of A when its targets change places among its examples: as `first`, where everything is paired with everything.
    """

    first: float
    second: float
    doubled: float
    together: float
    alike: float
    alike_mean: float
    exchanged: float
    shape: tuple[int, ...]  # of what the loss returns for `examples`
    examples: int


def order(bench: Bench) -> Order:
    """Probe: right answers, answers that say nothing, and wrong ones."""
    one, criterion = bench.probe(problem), bench.probe(loss_criterion)
    truth, told = some_answers(one, criterion.layout)
    if one.task is Task.REGRESSION:
        shifts = (np.zeros_like(told), np.full_like(told, 0.5), np.full_like(told, 5.0))
        return Order(*(criterion.mean(told + shift, truth) for shift in shifts))
    return Order(*(criterion.mean(factor * told, truth) for factor in (1.0, 0.0, -1.0)))


def batch(bench: Bench) -> Batch:
    """Probe: the loss of batches and of their union."""
    one, criterion = bench.probe(problem), bench.probe(loss_criterion)
    truth, told = some_answers(one, criterion.layout, 2)
    generator = bench.generator("loss batch")
    scores = told + generator.normal(0.0, 1.5, told.shape)
    half = len(truth) // 2
    (a, b), (x, y) = (scores[:half], scores[half:]), (truth[:half], truth[half:])
    return Batch(
        criterion.mean(a, x),
        criterion.mean(b, y),
        criterion.mean(np.concatenate([a, a]), np.concatenate([x, x])),
        criterion.mean(scores, truth),
        criterion.mean(scores, np.concatenate([x, x])),
        (criterion.mean(a, x) + criterion.mean(b, x)) / 2,
        criterion.mean(a, x[::-1]),
        criterion.raw(scores, truth).shape,
        len(truth) // criterion.layout.rows,
    )


@dataclass(frozen=True)
class Extremes:
    """Names of extreme answers at which the loss, or its gradient, is not finite."""

    values: tuple[str, ...]
    gradients: tuple[str, ...]
    tried: int


def extremes(bench: Bench) -> Extremes:
    """Probe: loss and gradient where numerics break: scores of +-1000, equal scores, and sure ones."""
    one, criterion = bench.probe(problem), bench.probe(loss_criterion)
    truth, told = some_answers(one, criterion.layout)
    if one.task is Task.REGRESSION:
        table = {"perfect outputs": told, "outputs off by 1000": told + HUGE, "outputs off by -1000": told - HUGE}
    else:
        table = {
            "outputs of +1000 at the truth": HUGE * told,
            "outputs of -1000 at the truth": -HUGE * told,
            "outputs all zero": 0.0 * told,
        }
    values = tuple(name for name, scores in table.items() if not np.isfinite(criterion.mean(scores, truth)))
    slopes = {name: criterion.gradient(scores, truth) for name, scores in table.items()}
    return Extremes(values, tuple(name for name, slope in slopes.items() if not np.all(np.isfinite(slope))), len(table))


@dataclass(frozen=True)
class Correction:
    """How strongly the loss corrects an example that is surely wrong, and one that is undecided (times examples)."""

    wrong: float
    neutral: float


def correction(bench: Bench) -> Correction:
    """Probe: the gradient's size per example at sure wrong answers, and at undecided ones."""
    one, criterion = bench.probe(problem), bench.probe(loss_criterion)
    truth, told = some_answers(one, criterion.layout)
    sizes = [float(np.abs(criterion.gradient(factor * told, truth)).sum()) for factor in (-5.0, 0.0)]
    return Correction(*sizes)
