"""A training that listens: it takes commands at the ends of validations, and opens a branch for each change.

Everything that happens is a function of what `branches.json` says: the same branches give the same bits, whether the
training was killed on the way, went back, or is followed once more by `--replay`.
"""

import dataclasses
import time
from collections.abc import Mapping, Sequence

import numpy as np

from piste.core import nursing
from piste.core.errors import PisteError, SettingError
from piste.core.nursing import BranchEnd, BranchRecord, Heard, Mark, Order
from piste.core.nursing_words import BACK, BEST, CHANGEABLE, GO, MARK, MORE, PAUSE, RATE, STOP, Wish, parsed
from piste.core.records import EpochRecord, encode_line
from piste.core.runs import write_bytes
from piste.recipe.network import Network
from piste.recipe.nursed_leg import Leg, Load, Place, held
from piste.recipe.nursed_settings import changeable, rate_factor, refuse_what_does_nothing, wished
from piste.recipe.nursed_ways import Ground, Ways
from piste.train.fit import Fitted
from piste.train.plan import Carry
from piste.train.progress import Progress

_PAUSED = 0.1  # seconds between two looks for a command while the training waits


class Nursing:
    """The state of a nursed training: its record, as it is on the disk, and the place where it stands."""

    def __init__(self, ground: Ground) -> None:
        self._ground, self._folder = ground, ground.folder
        self.record = nursing.branches(ground.folder)
        self._ways = Ways(ground)
        self._place: Place | None = None

    def trained(self) -> tuple[Network, Fitted]:
        """Train until the training is over and no command waits; return the best network of all branches."""
        if self.record.replay:
            self._folder.rewrite(())
            return self._ways.result(self.record, self.record.kept)
        results = {}
        while True:
            if self._present.end is None and not nursing.waiting(self._folder):
                results = {self.record.present: self._train()}
            self._attend()
            if self._present.end is not None and not nursing.waiting(self._folder):
                return self._won(results)

    # --- training ---

    def _train(self) -> tuple[Network, Fitted]:
        """Train the present branch until a command is heard or it is over."""
        branch, checkpoints = self._present, self._ways.checkpoints(self.record.present)
        asked = []

        def watch(progress: Progress) -> object:
            own = self._ground.watch(progress)
            if own is not True and progress.record is not None and nursing.waiting(self._folder):
                asked.append(progress)
                return True
            return own

        def seen(place: Place) -> None:
            checkpoints.offer(*place)
            self._ways.keep_along(self.record, branch, place)

        leg = Leg(self._where(branch), seen=seen, save=lambda place: checkpoints.write(*place))
        network, fitted = self._ways.fit(branch, leg, watch)
        self._place = leg.place
        if not asked or fitted.record.stopped != "watch" or self._over(branch):
            self._end(fitted.record.stopped if not asked or fitted.record.stopped != "watch" else "epochs")
            self._write()
        return network, fitted

    def _over(self, branch: BranchRecord) -> bool:
        return self._standing().position.step >= len(self._ways.planned(branch)[1].rates)

    @property
    def _present(self) -> BranchRecord:
        return self.record.branch(self.record.present)

    # --- places ---

    def _where(self, branch: BranchRecord) -> Load:
        """Return what finds the place where the present branch stands, and lets the curves say no more than that."""
        where = held(self._place) if self._place else self._ways.on_disk(self.record, branch)
        self._place = None

        def load(template: Carry) -> Place | None:
            place = where(template)
            self._folder.rewrite(place.position.records if place else ())
            return place

        return load

    def _standing(self) -> Place:
        """Return the present place; where nothing of it is in memory, it is read, or trained again."""
        if self._place is None:
            self._place = self._ways.look(self._present, self._where(self._present))
        return self._place

    # --- commands ---

    def _attend(self) -> None:
        """Obey the commands that wait; while the training is paused, wait for more."""
        while True:
            for order in nursing.waiting(self._folder):
                self._hear(order)
            if not self.record.paused or self._present.end is not None:
                return
            epoch = self._epoch()
            self._ground.watch(Progress(epoch, max(epoch, 1), None, dict))  # hears of Ctrl-C
            time.sleep(_PAUSED)

    def _epoch(self) -> float:
        records = self._standing().position.records
        return records[-1].epoch if records else 0

    def _hear(self, order: Order) -> None:
        if all(one.id != order.id for one in self.record.heard):
            before = self.record
            try:
                said, refused = self._obey(order), False
            except PisteError as error:
                self.record = before
                said, refused = str(error), True
            heard = Heard(order.id, order.words, order.by, order.at, self._epoch(), said, refused)
            self._write(heard=(*self.record.heard, heard))
            self._ground.hear.say(f"{order.by or 'somebody'}: {order.words or '?'} -> {said}")
        nursing.forget(self._folder, order.id)

    def _obey(self, order: Order) -> str:
        """Do what an order says, and return what was done, as a sentence."""
        wishes = parsed(order.words)
        asked = {wish.name: wish for wish in wishes}
        answers = []
        if STOP in asked:
            if self._present.end is not None:
                raise SettingError("The training is over already.")
            self._end(nursing.STOPPED)
            return f"Stopped after epoch {self._epoch()}."
        if {BACK, RATE, MORE, *CHANGEABLE} & set(asked):
            answers.append(self._branch_off(order, wishes))
        if MARK in asked:
            answers.append(self._mark(asked[MARK].value))
        if PAUSE in asked or GO in asked:
            self.record = dataclasses.replace(self.record, paused=PAUSE in asked)
            answers.append(f"{'Paused' if PAUSE in asked else 'Going on'} after epoch {self._epoch()}.")
        return " ".join(answers)

    def _mark(self, name: str) -> str:
        place = self._standing()
        self._ways.store.keep(self.record.present, place)
        mark = Mark(name, self.record.present, place.position.step, self._epoch())
        marks = (*(one for one in self.record.marks if one.name != name), mark)
        self.record = dataclasses.replace(self.record, marks=marks)
        return f"Epoch {mark.epoch} of {mark.branch} is marked '{name}'."

    def _branch_off(self, order: Order, wishes: Sequence[Wish]) -> str:
        asked = {wish.name: wish for wish in wishes}
        parent, step = self._goal(asked[BACK].value) if BACK in asked else (self._present, self._step)
        name = f"b{len(self.record.branches)}"
        place = self._standing() if (parent.name, step) == (self.record.present, self._step) else None
        place = place or self._ways.reach(self.record, parent.name, step)
        records = place.position.records if place else ()
        settings = wished(self._ways.settings(parent), wishes)
        branch = BranchRecord(
            name, parent.name, step, len(records), records[-1].epoch if records else 0, order.words,
            order.by, order.at, changeable(settings), parent.rate_factor,
        )  # fmt: skip
        plan, effort = self._ways.planned(branch, settings)
        refuse_what_does_nothing(wishes, self._ways.planned(parent)[0], plan)
        if step >= len(effort.rates):
            raise SettingError(f"All epochs are over; say for how many more to train: `more 20 {order.words}`.")
        factor = rate_factor(
            asked.get(RATE),
            parent.rate_factor,
            self._ways.planned(self.record.branches[0], settings)[1],
            step,
            _falls(place),
        )
        self._leave(nursing.LEFT if BACK in asked else nursing.CHANGED)
        if place is not None:
            self._ways.store.keep(parent.name, place)
        branch = dataclasses.replace(branch, rate_factor=factor)
        self._place = place
        self.record = dataclasses.replace(
            self.record, branches=(*self.record.branches, branch), present=name, winner="", kept=""
        )
        self._folder.rewrite(records)
        return f"Branch {name} goes on from epoch {branch.epoch} of {parent.name}."

    @property
    def _step(self) -> int:
        return self._standing().position.step

    def _goal(self, place: float | str) -> tuple[BranchRecord, int]:
        """Return the branch and the step that `back` names."""
        if isinstance(place, str) and place != BEST:
            for mark in self.record.marks:
                if mark.name == place:
                    return self.record.branch(mark.branch), mark.step
            taken = self.record.branch(place)
            if not taken.parent:
                raise SettingError(f"'{place}' is the first branch; `back 0` goes back to the start.")
            return self.record.branch(taken.parent), taken.step
        records = self._standing().position.records
        if place == BEST:
            number = self._standing().best[1]
            step = records[number - 1].step if number else 0
        else:
            step = _step_at(records, float(place))
        line = self.record.line(self.record.present)
        return next(one for one in reversed(line) if one.step < step or not one.parent), step

    # --- ends ---

    def _leave(self, why: str) -> None:
        if self._present.end is None:
            self._end(why)
        records = self._standing().position.records
        own = b"".join(encode_line(one) for one in records if one.step > self._present.step)
        path = self._folder.file(nursing.NURSING, nursing.CURVES, f"{self.record.present}.jsonl")
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, own)

    def _end(self, why: str) -> None:
        """Say that the present branch ends where it stands."""
        place = self._standing()
        self._ways.store.keep(self.record.present, place)
        loss, number = place.best
        records = place.position.records
        end = BranchEnd(
            place.position.step,
            records[-1].epoch if records else 0,
            loss if np.isfinite(loss) else None,
            records[number - 1].epoch if number else 0,
            why,
        )
        ended = dataclasses.replace(self._present, end=end)
        self.record = dataclasses.replace(
            self.record, branches=tuple(ended if one.name == ended.name else one for one in self.record.branches)
        )

    def _won(self, results: Mapping[str, tuple[Network, Fitted]]) -> tuple[Network, Fitted]:
        """Return the network of the branch whose validation loss came lowest, the present one among equals."""
        self._leave(self._present.end.why if self._present.end else nursing.STOPPED)
        ends = [one for one in self.record.branches if one.end is not None]
        kept = min(ends, key=lambda one: (_loss(one), one.name != self.record.present))
        winner = next(one for one in reversed(self.record.line(kept.name)) if one.epoch < _best(kept) or not one.parent)
        self._write(winner=winner.name, kept=kept.name, paused=False)
        result = results.get(kept.name)
        if result and kept.end and result[1].record.stopped == kept.end.why:
            return result
        return self._ways.result(self.record, kept.name)

    def _write(self, **changes: object) -> None:
        self.record = dataclasses.replace(self.record, **changes)  # type: ignore[arg-type]
        self._folder.write(self.record, nursing.BRANCHES)


def _loss(branch: BranchRecord) -> float:
    return np.inf if branch.end is None or branch.end.best_loss is None else branch.end.best_loss


def _best(branch: BranchRecord) -> float:
    return branch.end.best_epoch if branch.end else 0


def _falls(place: Place | None) -> float:
    """Return by what the schedule "plateau" multiplied the rate so far."""
    return float(place.carry.listening.factor) if place is not None and place.carry.listening != () else 1.0


def _step_at(records: Sequence[EpochRecord], epoch: float) -> int:
    if epoch == 0:
        return 0
    for one in records:
        if one.epoch == epoch:
            return one.step
    known = [one.epoch for one in records]
    near = min(known, key=lambda one: abs(one - epoch), default=0)
    raise SettingError(f"There was no validation at epoch {epoch:g} on this branch; the nearest was at {near:g}.")
