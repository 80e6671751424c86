"""The words of `piste nurse`: what may be said to a training that goes on."""

import math
import re
from dataclasses import dataclass
from typing import Any

from piste.core.errors import SettingError
from piste.core.settings import nearest

NUMBERS = (
    "weight_decay", "l1", "l2", "momentum", "beta2", "clip", "clip_value", "dropout", "final_rate", "minimal_gain",
    "stop_at", "minutes",
)  # fmt: skip
WHOLE = ("epochs", "patience")
TEXTS = ("schedule", "augment")
CHANGEABLE = (*NUMBERS, *WHOLE, *TEXTS)
"""Settings that may be changed on the way; their meaning is that of `piste train`."""

RATE, MORE, BACK, MARK, STOP, PAUSE, GO = "rate", "more", "back", "mark", "stop", "pause", "go"
ALONE = (STOP, PAUSE, GO)
BEST = "best"
_FACTOR = re.compile(r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?x")
_MARK = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_BRANCH = re.compile(r"b\d+")


@dataclass(frozen=True)
class Factor:
    """A number by which the present value is multiplied: "0.5x"."""

    value: float


@dataclass(frozen=True)
class Wish:
    """One thing that a command asks for: its name, and the value where it takes one."""

    name: str
    value: Any = None


def parsed(words: str) -> tuple[Wish, ...]:
    """Return what `words` ask for, in their order. Raises `SettingError` for words that are no command."""
    left = words.split()
    if not left:
        raise SettingError(f"Say what the training shall do: {_known()}.")
    wishes = []
    while left:
        name = left.pop(0).replace("-", "_")
        if name not in (*ALONE, RATE, MORE, BACK, MARK, *CHANGEABLE):
            raise SettingError(f"'{name}' is nothing that a training can be told. {_near(name)}")
        if name in ALONE:
            wishes.append(Wish(name))
            continue
        if not left:
            raise SettingError(f"'{_shown(name)}' needs a value after it, such as `{_shown(name)} {_example(name)}`.")
        wishes.append(Wish(name, _value(name, left.pop(0))))
    _check(wishes)
    return tuple(wishes)


def _check(wishes: list[Wish]) -> None:
    names = [wish.name for wish in wishes]
    if twice := [name for name in names if names.count(name) > 1]:
        raise SettingError(f"'{_shown(twice[0])}' is said twice in one command; say it once.")
    if STOP in names and len(names) > 1:
        raise SettingError("'stop' ends the training, so it stands alone.")
    if {MORE, "epochs"} <= set(names):
        raise SettingError("'more' and 'epochs' both say how long to train; say one of them.")


def _value(name: str, word: str) -> Any:
    if name in (RATE, *NUMBERS) and _FACTOR.fullmatch(word.lower()):
        return Factor(_number(name, word[:-1]))
    if name == RATE:
        number = _number(name, word)
        if number <= 0:
            raise SettingError(f"A rate is above 0, or a factor such as 0.5x. Got '{word}' instead.")
        return number
    if name in (*WHOLE, MORE):
        return _whole(name, word)
    if name in NUMBERS:
        return None if word == "none" else _number(name, word)
    if name == "augment":
        return tuple(part for part in word.split(",") if part)
    if name == BACK:
        return _place(word)
    if name == MARK and (not _MARK.fullmatch(word) or word == BEST or _BRANCH.fullmatch(word)):
        raise SettingError(f"A mark is named by letters and digits, not as a branch, and not 'best'. Got '{word}'.")
    return word


def _place(word: str) -> float | str:
    if _MARK.fullmatch(word):
        return word
    return _number(BACK, word)


def _number(name: str, word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (name == BACK and number < 0):
        raise SettingError(f"'{_shown(name)}' takes {_TAKES.get(name, 'a number')}. Got '{word}' instead.")
    return number


def _whole(name: str, word: str) -> int:
    if not word.isdecimal() or (name == MORE and int(word) == 0):
        raise SettingError(f"'{_shown(name)}' takes a whole number of at least {int(name == MORE)}. Got '{word}'.")
    return int(word)


_TAKES = {
    RATE: "a number above 0, or a factor such as 0.5x",
    BACK: "an epoch, 'best', a mark or a branch",
}
_EXAMPLES = {RATE: "0.5x", MORE: "20", BACK: "best", MARK: "good", "schedule": "cosine", "augment": "shift:2"}


def _example(name: str) -> str:
    return _EXAMPLES.get(name, "10" if name in WHOLE else "0.1")


def _shown(name: str) -> str:
    return name.replace("_", "-")


def _known() -> str:
    return ", ".join(map(_shown, (RATE, MORE, *CHANGEABLE, BACK, MARK, *ALONE)))


def _near(name: str) -> str:
    return nearest(_shown(name), tuple(map(_shown, (RATE, MORE, *CHANGEABLE, BACK, MARK, *ALONE))))
