"""Members trained one after another, each by itself, as `piste train` does it.

For what no population can train side by side, and the independent reference of what one does.
"""

from collections.abc import Mapping, Sequence

from piste.core.errors import SettingError
from piste.core.records import EpochRecord, Task
from piste.train.examples import Examples
from piste.train.fit import Fitted, Shown, fit
from piste.train.population import Member


class Alone:
    """Trains each member to its end when it is first asked to advance, and tells of it round by round."""

    def __init__(
        self, members: Sequence[Member], train: Examples, validation: Examples, *, task: Task, metric: Shown
    ) -> None:
        self._members = {one.number: one for one in members}
        self._train, self._validation, self._task, self._metric = train, validation, task, metric
        self._fitted: dict[int, Fitted] = {}
        self._told = dict.fromkeys(self._members, 0)

    def advance(self, until: Mapping[int, int]) -> dict[int, tuple[EpochRecord, ...]]:
        """Tell of the rounds of each member of `until` up to that one."""
        fresh = {}
        for number, goal in until.items():
            fresh[number] = self.fitted(number).epochs[self._told[number] : goal]
            self._told[number] = max(goal, self._told[number])
        return fresh

    def stopped(self, number: int) -> str:
        """Return why a member has ended, "" where there are rounds left to tell of."""
        fitted = self.fitted(number)
        return fitted.record.stopped if self._told[number] >= len(fitted.epochs) else ""

    def keep(self, numbers: Sequence[int]) -> None:
        """Forget all other members."""
        self._members = {number: self._members[number] for number in numbers}
        self._fitted = {number: one for number, one in self._fitted.items() if number in numbers}

    def adopt(self, number: int, source: int, member: Member) -> None:
        """Raise `SettingError`: who trains alone has nobody to take over from."""
        raise SettingError(
            "Population-based training needs trials that share a program. Search fewer settings."
        )

    def fitted(self, number: int) -> Fitted:
        """Return a member as `fit` trains it."""
        if number not in self._fitted:
            one = self._members[number]
            self._fitted[number] = fit(
                one.plan, self._train, self._validation, one.effort,
                task=self._task, seed=one.seed, metric=self._metric,
            )  # fmt: skip
        return self._fitted[number]
