"""What is asked of a person: one of several classes, any of several labels, or a number; and how answers are read."""

import math
import re
from dataclasses import dataclass
from string import ascii_lowercase
from typing import Any, NamedTuple

from piste.core.errors import PisteError
from piste.core.records import Task
from piste.human.known import NONE

SKIP, BACK, STOP, MORE = "s", "b", "q", "m"  # what a terminal takes besides answers
NOTHING = "-"  # typed where no label fits
_BETWEEN = re.compile(r"[\s,;]+")
_SPARE = "1234567890" + "".join(sign for sign in ascii_lowercase if sign not in (SKIP, BACK, STOP, MORE))


class UnclearAnswerError(PisteError):
    """An answer that is none of those asked for; its sentence says what is."""


class Reply(NamedTuple):
    """An answer that was understood: labels, or a number."""

    labels: tuple[str, ...] = ()
    number: float | None = None


@dataclass(frozen=True)
class Form:
    """What is asked: the task, the target's name, and its classes or labels as the data spell them."""

    task: Task
    target: str
    classes: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """One key per class, its own digit where all are digits; none where there are more classes than keys."""
        if all(len(name) == 1 and name.isdigit() for name in self.classes):
            return self.classes
        return tuple(_SPARE[: len(self.classes)]) if len(self.classes) <= len(_SPARE) else ()

    @property
    def by_key(self) -> bool:
        """Whether one key is a whole answer."""
        return bool(self.keys) and self.task not in (Task.REGRESSION, Task.MULTI_LABEL)

    def read(self, text: str) -> Reply:
        """Return what the typed `text` means: a number; keys, or names, or places in the list, as the form asks.

        Raises `UnclearAnswerError` for anything else.
        """
        text = text.strip()
        if self.task is Task.REGRESSION:
            return self.reply(number=text)
        if self.task is not Task.MULTI_LABEL:
            return self.reply((self._named(text),))
        if text == NOTHING:
            return self.reply(())
        whole = text in self.classes or not all(sign in self.keys for sign in text)
        parts = [text] if text in self.classes else _BETWEEN.split(text) if whole else [*text]
        return self.reply(tuple(self._named(part) for part in parts))

    def heard(self, said: Any) -> Reply:
        """Return what a program says: a class, a list of labels, a number, or None where it cannot say."""
        if said is None:
            return Reply()
        if self.task is Task.REGRESSION:
            return self.reply(number=said)
        several = isinstance(said, list | tuple | set | frozenset)
        return self.reply(tuple(map(str, said)) if several else (str(said),))

    def _named(self, text: str) -> str:
        keys = self.keys or tuple(str(place + 1) for place in range(len(self.classes)))
        if text.lower() in keys:
            return self.classes[keys.index(text.lower())]
        return text

    def reply(self, labels: tuple[str, ...] = (), number: float | str | None = None) -> Reply:
        """Return the answer that holds `labels` or `number`; raises `UnclearAnswerError` where it is none."""
        if self.task is Task.REGRESSION:
            return Reply(number=_finite(number))
        chosen = {self._class(name) for name in labels if name != NONE}
        if self.task is not Task.MULTI_LABEL and len(chosen) != 1:
            raise UnclearAnswerError(f"One class is asked for. Got {len(chosen)}.")
        return Reply(tuple(name for name in self.classes if name in chosen) or (NONE,))

    def _class(self, name: str) -> str:
        if name in self.classes:
            return name
        alike = [one for one in self.classes if name and one.casefold().startswith(name.casefold())]
        if len(alike) == 1:
            return alike[0]
        known = ", ".join(self.classes[:10]) + (" and more" if len(self.classes) > 10 else "")
        raise UnclearAnswerError(f"'{name}' is none of the classes ({known}).")


def _finite(number: Any) -> float:
    try:
        value = float(number if number is not None else "")
    except (TypeError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise UnclearAnswerError(f"'{'' if number is None else number}' is no number.")
    return value
