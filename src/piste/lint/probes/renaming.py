"""Law of losses of classes: which number a class has does not matter."""

from dataclasses import dataclass

import numpy as np

from piste.lint.bench import Bench
from piste.lint.criterion import loss_criterion, some_answers
from piste.lint.problem import problem
from piste.lint.rule import NotRun


@dataclass(frozen=True)
class Renamed:
    """Losses of two batches of examples of one class: as they are, and with every class called the next one."""

    class_: int
    before: tuple[float, float]
    after: tuple[float, float]

    @property
    def ratios(self) -> tuple[float, float]:
        """What the new names multiply the loss of either batch by: equal where classes have weights."""
        first, second = (after / before for after, before in zip(self.after, self.before, strict=True))
        return first, second


def renamed(bench: Bench) -> tuple[Renamed, ...]:
    """Probe: the first, a middle and the last class, each with two draws of scores.

    Raises `NotRun` where outputs do not have one score for each of three or more classes.
    """
    one, criterion = bench.probe(problem), bench.probe(loss_criterion)
    width = criterion.layout.width
    if not one.of_classes or one.width < 3 or width != one.width:
        raise NotRun("It takes outputs with a score for each of three or more classes.")
    truth, told = some_answers(one, criterion.layout)
    draws = [bench.generator("renamed", number).normal(0.0, 1.5, told.shape) for number in range(2)]
    found = []
    for class_ in sorted({0, width // 2, width - 1}):
        same, following = np.full_like(truth, class_), np.full_like(truth, (class_ + 1) % width)
        before = [criterion.mean(scores, same) for scores in draws]
        after = [criterion.mean(np.roll(scores, 1, axis=-1), following) for scores in draws]
        found.append(Renamed(class_, (before[0], before[1]), (after[0], after[1])))
    return tuple(found)
