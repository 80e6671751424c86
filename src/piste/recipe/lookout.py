"""Says at once, while a training goes on, what makes waiting for its end pointless."""

import math
from collections.abc import Callable

from piste.core.records import EpochRecord

_TIMES = 10.0  # how far above the best validation loss so far counts as running away
_ROUNDS = 3  # validations in a row, so that no single bad batch alarms


class Lookout:
    """Hears of each validation, and says each thing once."""

    def __init__(self, say: Callable[[str], object]) -> None:
        self._say = say
        self._best = math.inf
        self._high = 0
        self._said: set[str] = set()

    def hear(self, record: EpochRecord) -> None:
        """Take in what a validation measured."""
        if not math.isfinite(record.train_loss):
            self._tell("the loss is no finite number", record)
        elif not math.isfinite(record.gradient_norm):
            self._tell("the gradient is no finite number", record)
        self._follow(record)

    def _follow(self, record: EpochRecord) -> None:
        if not math.isfinite(record.validation_loss):
            return
        self._high = self._high + 1 if self._runs_away(record) else 0
        self._best = min(self._best, record.validation_loss)
        if self._high == _ROUNDS:
            self._tell(
                f"the loss runs away: {record.validation_loss:.3g} on validation, {self._best:.3g} at its best", record
            )

    def _runs_away(self, record: EpochRecord) -> bool:
        # Over-fitting raises the validation loss alone.
        return min(record.validation_loss, record.train_loss) > _TIMES * self._best > 0

    def _tell(self, what: str, record: EpochRecord) -> None:
        if what.split(":")[0] in self._said:
            return
        self._said.add(what.split(":")[0])
        self._say(f"warning: in epoch {record.epoch} {what}. Try a tenth of the --learning-rate, or --clip 1.")
