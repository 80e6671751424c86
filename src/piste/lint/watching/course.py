"""A watched training as columns, for the rules."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from piste.core.watched import WatchedRecord
from piste.lint.bench import Bench
from piste.lint.rule import NotRun
from piste.lint.watching.trial import watched

Floats = NDArray[np.float64]
_BIASES = ("bias", "beta", "gamma", "scale", "slope", "b")


@dataclass(frozen=True)
class Course:
    """The looks of a record as columns (L,), and tables (L, leaves) or (L, layers); NaN where nothing was measured."""

    record: WatchedRecord

    def __len__(self) -> int:
        return len(self.record.looks)

    @property
    def over(self) -> bool:
        """Whether the training went on to its last step, and nothing but its length ended it."""
        looks, steps = self.record.looks, self.record.steps
        if not looks or not steps or self.record.stopped not in ("", "epochs"):
            return False
        apart = looks[-1].step - looks[-2].step if len(looks) > 1 else 1
        return looks[-1].step + apart > steps

    def column(self, name: str) -> Floats:
        """Return a number of each look."""
        return np.array([getattr(look, name) for look in self.record.looks], np.float64)

    def table(self, name: str) -> Floats:
        """Return the numbers of each look, by leaf or by layer."""
        width = len(self.record.layers if name in ("silent", "saturated") else self.record.leaves)
        empty = (np.nan,) * width
        rows = [getattr(look, name) or empty for look in self.record.looks]
        return np.array(rows, np.float64).reshape(len(self), width)

    @property
    def gradient_norms(self) -> Floats:
        """The 2-norm of the whole gradient at each look, NaN where no leaf was measured."""
        table = self.table("gradients")
        return np.where(np.all(np.isnan(table), axis=1), np.nan, np.sqrt(np.nansum(np.square(table), axis=1)))

    @property
    def kernels(self) -> list[int]:
        """The numbers of the leaves that are weights of sums: no biases, no scales."""
        return [index for index, path in enumerate(self.record.leaves) if path.rsplit("/", 1)[-1] not in _BIASES]


def course(bench: Bench) -> Course:
    """Probe: the watched training, or a trial of a few hundred steps where none was watched."""
    found = Course(bench.probe(watched))
    if not len(found):
        raise NotRun("Nothing was seen of the training: it had not one look.")
    return found


def fall(values: Floats) -> tuple[float, float]:
    """Return by how much `values` fall from the first to the last, by their Theil-Sen slope, and the least it may be.

    The second is the fall at the flat end of the slope's 95 % interval (Sen 1968): above 0 where it surely falls.
    """
    from scipy.stats import theilslopes

    slope, _, _, high = theilslopes(values, np.arange(len(values)))
    return -float(slope) * (len(values) - 1), -float(high) * (len(values) - 1)
