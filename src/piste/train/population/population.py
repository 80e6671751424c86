"""Many trainings side by side, round by round."""

from collections.abc import Collection, Mapping, Sequence

from piste.core.records import EpochRecord, Task
from piste.train.examples import Examples
from piste.train.fit import Fitted, Shown
from piste.train.population.member import Member


class Population:
    """Members in training on the same examples. They need not share a program: `groups` says which do.

    Each member's numbers are those of the same trial trained alone by `piste.train.fit.fit`, but for rounding.
    """

    def __init__(
        self, members: Sequence[Member], train: Examples, validation: Examples, *, task: Task, metric: Shown
    ) -> None:
        raise NotImplementedError

    def advance(self, until: Mapping[int, int]) -> dict[int, tuple[EpochRecord, ...]]:
        """Train each named member until it has done that many rounds; return each one's fresh records.

        A member that stopped before gives fewer records, or none. `seconds` of a record are those since the population
        began.
        """
        raise NotImplementedError

    def stopped(self, number: int) -> str:
        """Return why a member cannot go on: "epochs", "patience", "diverged" or "target"; "" while it can."""
        raise NotImplementedError

    def keep(self, numbers: Collection[int]) -> None:
        """Forget all members but those named, and free their memory."""
        raise NotImplementedError

    def fitted(self, number: int) -> Fitted:
        """Return a member's best parameters and running state so far, and how its training went."""
        raise NotImplementedError

    def adopt(self, number: int, source: int, member: Member) -> None:
        """Let `number` go on as `member` says from where `source` stands: population-based training.

        Weights, averages, the optimiser's memory, the running state and the count of rounds are those of `source`; the
        settings, the seed and the rates of rounds to come are those of `member`.
        """
        raise NotImplementedError
