"""The ways of a nursed training: how to come to a place on a branch, from what is kept or by training again.

Everything here is a function of what `branches.json` says: the same branches give the same bits.
"""

import dataclasses
import itertools
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from piste.core import nursing
from piste.core.errors import RunError
from piste.core.nursing import BranchRecord, NursedRecord
from piste.core.runs import CHECKPOINTS, RunFolder
from piste.data.encoding import Encoding
from piste.recipe.building import build_plan
from piste.recipe.fitting import Splits, fit_network
from piste.recipe.network import Network
from piste.recipe.nursed_leg import Leg, Load, Place, Store, held, most, stride
from piste.recipe.nursed_settings import changed, planned
from piste.recipe.progress import Listener
from piste.recipe.settings import Settings
from piste.train.checkpoint import Checkpoints
from piste.train.fit import Fitted
from piste.train.plan import Carry, Plan
from piste.train.progress import Progress, Watch, unheard
from piste.train.timeline import Effort


class Ground(NamedTuple):
    """What stays the same on every branch."""

    folder: RunFolder
    splits: Splits
    encoding: Encoding
    settings: Settings  # with which the run began
    identity: str  # of data and settings, for checkpoints
    hear: Listener
    watch: Watch  # hears of the progress of branches that are trained for the first time
    seconds: float  # between two checkpoints


class Ways:
    """How to train on a branch and to come to a place on one. Holds no state of its own but what is on the disk."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.store = Store(ground.folder.file(nursing.NURSING, nursing.KEPT), ground.identity, ground.hear.say)

    def fit(
        self, branch: BranchRecord, leg: Leg, watch: Watch = unheard, *, endless: bool = False
    ) -> tuple[Network, Fitted]:
        """Train on `branch` as `leg` says. An `endless` one is not ended by the clock: it was the first time."""
        plan, effort = self.planned(branch)
        if endless:
            effort = dataclasses.replace(effort, seconds=0.0)
        ground = self._ground
        return fit_network(
            ground.splits, ground.encoding, self.settings(branch), watch, leg, by_validation=True,
            planned=(plan, effort),
        )  # fmt: skip

    def settings(self, branch: BranchRecord) -> Settings:
        """Return all settings of a branch."""
        return changed(self._ground.settings, branch.settings)

    def planned(self, branch: BranchRecord, settings: Settings | None = None) -> tuple[Plan, Effort]:
        """Return plan and effort of a branch, or those that it would have with other `settings`."""
        ground = self._ground
        return planned(
            settings or self.settings(branch), branch, self._first, ground.encoding, ground.splits.train_rows
        )

    @cached_property
    def _first(self) -> Plan:
        return build_plan(self._ground.settings, self._ground.encoding, self._ground.splits.train_rows)

    def checkpoints(self, branch: str) -> Checkpoints:
        """Return the checkpoints of a branch, from which it goes on after a kill."""
        folder = self._ground.folder.file(CHECKPOINTS)
        if branch != nursing.FIRST:
            folder.mkdir(exist_ok=True)
            folder = folder / branch
        ground = self._ground
        return Checkpoints(folder, ground.identity, ground.seconds, ground.hear.say)

    def on_disk(self, record: NursedRecord, branch: BranchRecord) -> Load:
        """Return what finds the place where a branch stands, from the disk, or by training again."""

        def load(template: Carry) -> Place | None:
            if branch.end is None and (found := self.checkpoints(branch.name).restore(template)):
                return Place(*found)
            reached = branch.end.step if branch.end else branch.step
            return held(self.reach(record, branch.name, reached))(template)

        return load

    def keep_along(self, record: NursedRecord, branch: BranchRecord, place: Place) -> None:
        """Keep the state now and then, so that going back is quick; those between are computed again."""
        records = place.position.records
        if not records or records[-1].step != place.position.step:
            return
        every = stride(len(records), most(place))
        if len(records) % every:
            return
        self.store.keep(branch.name, place)
        needed = {one.step for one in record.branches} | {one.step for one in record.marks}
        rounds = {one.step: number for number, one in enumerate(records, 1)}
        for step in self.store.steps(branch.name):
            if step not in needed and rounds.get(step, 0) % every:
                self.store.drop(branch.name, step)

    def reach(self, record: NursedRecord, name: str, until: int) -> Place | None:
        """Return the place after `until` steps on the way to the end of branch `name`; None for the start of all.

        It goes on from the nearest state that is kept, with the bits that the first training had. Raises `RunError`
        where data and settings have no validation there.
        """
        if until == 0:
            return None
        line = record.line(name)
        legs = [(one, after.step) for one, after in itertools.pairwise(line)] + [(line[-1], until)]
        load, begun = held(None), 0
        for number, (branch, end) in enumerate(legs):
            steps = [step for step in self.store.steps(branch.name) if branch.step < step <= end]
            if steps:
                load, begun = self.store.load(branch.name, steps[-1]), number
        return self._followed(record, legs[begun:], load)

    def _followed(self, record: NursedRecord, legs: Sequence[tuple[BranchRecord, int]], load: Load) -> Place | None:
        place: Place | None = None
        for branch, end in legs:
            place = self._followed_to(branch, end, load, aloud=record.replay)
            if place.position.step != end:
                raise RunError(
                    f"The branches do not fit: '{branch.name}' has no validation after step {end} with these data and "
                    "settings."
                )
            load = held(place)
        return place

    def _followed_to(self, branch: BranchRecord, end: int, load: Load, *, aloud: bool) -> Place:
        look = self.look(branch, load)
        if look.position.step >= end:
            return look
        if not aloud:
            self._ground.hear.say(f"Branch {branch.name} again, from step {look.position.step} to {end} ...")

        def watch(progress: Progress) -> bool:
            # What was measured the first time is known; on another run's branches it is measured now.
            self._ground.watch(progress if aloud else dataclasses.replace(progress, record=None))
            return progress.record is not None and progress.record.step >= end

        leg = Leg(held(look))
        self.fit(branch, leg, watch, endless=True)
        return leg.stood

    def look(self, branch: BranchRecord, load: Load) -> Place:
        """Return the place that `load` finds, without a step of training."""
        leg = Leg(load, resting=True)
        self.fit(branch, leg)
        return leg.stood

    def result(self, record: NursedRecord, name: str) -> tuple[Network, Fitted]:
        """Return the network at the end of branch `name`, and how it came there; `RunError` where it has no end."""
        branch = record.branch(name)
        if branch.end is None:
            raise RunError(f"The branch '{name}' has no end yet.")
        leg = Leg(held(self.reach(record, name, branch.end.step)), resting=True)
        network, fitted = self.fit(branch, leg)
        why = "watch" if branch.end.why in (nursing.CHANGED, nursing.LEFT) else branch.end.why
        ended = dataclasses.replace(fitted.record, stopped=why)
        return network, dataclasses.replace(
            fitted, record=ended, watched=dataclasses.replace(fitted.watched, stopped=why)
        )
