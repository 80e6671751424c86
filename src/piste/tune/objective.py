"""What a study looks for: which of two trials is better, and what samplers and schedulers are told of them.

Trials are ranked by the watched metric in the round of their lowest validation loss, which is the round whose
parameters are kept; equal metrics, usual where few examples are counted, are told apart by that loss. Schedulers
compare the losses, which tell more early on, unless a setting varies that changes what the loss is.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from piste.core.records import EpochRecord
from piste.core.studies import StudyRecord, TrialRecord, TrialStatus
from piste.tune.samplers.sampler import Told

OF_THE_LOSS = frozenset({"loss", "smoothing", "gamma", "margin", "delta", "quantile", "class_weights"})
"""Settings that change what the loss is, so that losses of different trials cannot be compared."""

ENDED = frozenset({TrialStatus.FINISHED, TrialStatus.STOPPED, TrialStatus.DIVERGED, TrialStatus.FAILED})


@dataclass(frozen=True)
class Objective:
    """The metric as it is shown, and whether losses of different trials are of one kind."""

    higher_is_better: bool
    by_loss: bool = True

    @classmethod
    def of(cls, study: StudyRecord) -> "Objective":
        """Return the objective of a study."""
        return cls(study.higher_is_better, not OF_THE_LOSS & {one.name for one in study.dimensions})

    def value(self, trial: TrialRecord) -> float:
        """Return the score of a trial, turned so that lower is better; infinite where it has none."""
        if trial.score is None or not math.isfinite(trial.score):
            return math.inf
        return -trial.score if self.higher_is_better else trial.score

    def curve(self, trial: TrialRecord) -> tuple[float, ...]:
        """Return what schedulers compare after each round, the lower the better; infinite where it is no number."""
        sign = 1.0 if self.by_loss or not self.higher_is_better else -1.0
        values = trial.losses if self.by_loss else trial.metrics
        return tuple(sign * one if math.isfinite(one) else math.inf for one in values)

    def ranked(self, trials: Iterable[TrialRecord]) -> list[TrialRecord]:
        """Return the trials that have a score, the best first."""
        scored = [one for one in trials if math.isfinite(self.value(one))]
        return sorted(scored, key=lambda one: (self.value(one), _loss(one), one.number))

    def told(self, trials: Iterable[TrialRecord]) -> list[Told]:
        """Return what samplers hear of the trials that have ended."""
        return [Told(one.number, one.places, self.value(one), _loss(one)) for one in trials if one.status in ENDED]


def _loss(trial: TrialRecord) -> float:
    return trial.loss if trial.loss is not None and math.isfinite(trial.loss) else math.inf


def best_round(epochs: Sequence[EpochRecord]) -> int:
    """Return the round of the lowest validation loss, counted from 1; 0 where none is a number."""
    finite = [(one.validation_loss, number) for number, one in enumerate(epochs, 1) if _finite(one.validation_loss)]
    return min(finite)[1] if finite else 0


def _finite(value: float) -> bool:
    return math.isfinite(value)
