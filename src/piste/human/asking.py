"""One person's pass through the test examples: which one is next, and where each answer is kept at once."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from piste.core.human import ANSWERS, HumanAnswer
from piste.core.keys import generator
from piste.core.runs import RunFolder
from piste.human.form import Form, Reply
from piste.human.known import latest

LONGEST_WAIT = 600.0  # seconds; who takes longer for one answer was away


@dataclass(frozen=True)
class Question:
    """One example as it is shown: nothing of the label, of the network's answer, or of the name of its file.

    `values` are features as a person reads them; `lines` are sequences by name, for each channel its numbers with None
    where one is missing; `pictures` are PNGs as base64 by name; `text` is a text that is the only feature.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    lines: Mapping[str, tuple[tuple[float | None, ...], ...]] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where a person is: rows in the order of asking, the answers so far, and the place of the row shown now.

    The place is `len(order)` when no question is left.
    """

    order: tuple[int, ...]
    answers: Mapping[int, HumanAnswer]
    at: int = 0

    @property
    def done(self) -> int:
        """How many of the rows are answered."""
        return sum(row in self.answers for row in self.order)


def onward(place: Place) -> Place:
    """Return the place of the next row without an answer: the first behind this one, else the first of all."""
    unanswered = [at for at, row in enumerate(place.order) if row not in place.answers]
    behind = [at for at in unanswered if at > place.at]
    return replace(place, at=next(iter([*behind, *unanswered]), len(place.order)))


def drawn_order(rows: tuple[int, ...], seed: int, *, again: bool) -> tuple[int, ...]:
    """Return `rows` in the order of asking: a named draw, the same for every person, another for the second pass."""
    random = generator(seed, "label", "again" if again else "first")
    return tuple(rows[place] for place in random.permutation(len(rows)).tolist())


class Asking:
    """One person, one pass. `place` is where they are; an answer is on the disk before the next question is shown."""

    def __init__(
        self,
        folder: RunFolder,
        name: str,
        form: Form,
        order: tuple[int, ...],
        question: Callable[[int], Question],
        *,
        again: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.folder, self.name, self.form, self.again = folder, name, form, again
        self._question, self._clock = question, clock
        kept = latest(folder.lines(HumanAnswer, ANSWERS), name, again=again)
        self.place = onward(Place(order, {row: kept[row] for row in order if row in kept}, -1))
        self._since = clock()

    @property
    def ended(self) -> bool:
        """Whether no question is left."""
        return self.place.at >= len(self.place.order)

    @property
    def question(self) -> Question:
        """The example shown now; there is none where the pass has ended."""
        return self._question(self.place.order[self.place.at])

    @property
    def before(self) -> HumanAnswer | None:
        """What was answered to the example shown now, if the person has come back to it."""
        return None if self.ended else self.place.answers.get(self.place.order[self.place.at])

    def answer(self, reply: Reply) -> None:
        """Keep the answer to the example shown now, and go on to the next one without an answer."""
        row = self.place.order[self.place.at]
        seconds = min(self._clock() - self._since, LONGEST_WAIT)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        said = HumanAnswer(row, self.name, self.again, reply.labels, reply.number, round(seconds, 2), now)
        self.folder.keep(said, ANSWERS)
        self._go(onward(replace(self.place, answers={**self.place.answers, row: said})))

    def skip(self) -> None:
        """Keep that the person cannot say, and go on."""
        self.answer(Reply())

    def back(self) -> None:
        """Return to the example before this one."""
        self._go(replace(self.place, at=max(self.place.at - 1, 0)))

    def forward(self) -> None:
        """Go to the example after this one, where this one has an answer."""
        if self.before is not None:
            self._go(replace(self.place, at=self.place.at + 1))

    def _go(self, place: Place) -> None:
        self.place, self._since = place, self._clock()
