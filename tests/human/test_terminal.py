"""A pass on the terminal, fed with what a person would type."""

import io
import os
import pty
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from rich.console import Console

from piste.core.human import ANSWERS, HumanAnswer
from piste.core.records import Task
from piste.core.runs import RunFolder
from piste.human.asking import Asking, Question
from piste.human.form import Form
from piste.human.keyboard import LEFT, Read, typed
from piste.human.terminal import ask

Ask = Callable[..., Asking]


def asked(asking: Asking, keyboard: AbstractContextManager[Read]) -> str:
    out = io.StringIO()
    ask(asking, keyboard, Console(file=out, width=80, highlight=False))
    return out.getvalue()


def lines(*words: str) -> AbstractContextManager[Read]:
    return typed(True, io.StringIO("".join(f"{word}\n" for word in words)))


def said(run: RunFolder) -> list[tuple[int, str]]:
    return [(one.row, one.said) for one in run.lines(HumanAnswer, ANSWERS)]


def test_answers_skips_back_and_stop(asking: Ask, run: RunFolder) -> None:
    out = asked(asking(), lines("1", "s", "b", "green", "q", "3"))
    assert said(run) == [(5, "red"), (3, ""), (3, "green")]
    assert "number 5" in out
    assert "1 red" in out
    assert "Your answer was: cannot say" in out
    assert "number 1" not in out


def test_the_end_of_the_input_stops_and_the_next_call_goes_on(asking: Ask, run: RunFolder) -> None:
    asked(asking(), lines("1"))
    out = asked(asking(), lines("2", "3", "3", "3"))
    assert said(run) == [(5, "red"), (3, "green"), (8, "blue"), (1, "blue")]
    assert "number 5" not in out
    assert "2 of 4" in out


def test_what_is_not_understood_is_said_and_asked_again(asking: Ask, run: RunFolder) -> None:
    out = asked(asking(), lines("7", "1", "q"))
    assert "'7' is none of the classes (red, green, blue)." in out
    assert said(run) == [(5, "red")]


def test_numbers_are_typed(asking: Ask, run: RunFolder) -> None:
    out = asked(asking(Form(Task.REGRESSION, "price")), lines("12.5", "dear", "3", "q"))
    assert said(run) == [(5, "12.5"), (3, "3")]
    assert "'dear' is no number. Type a number and Enter" in out


def test_many_features_are_folded_until_they_are_asked_for(asking: Ask) -> None:
    wide = Question({f"feature {at}": f"value {at}." for at in range(25)})
    out = asked(asking(question=lambda row: wide), lines("q"))
    assert "value 19." in out
    assert "value 20." not in out
    assert "5 more features: m shows them" in out
    assert "value 24." in asked(asking(question=lambda row: wide), lines("m", "q"))


def test_texts_are_shown_whole_and_sequences_as_lines(asking: Ask) -> None:
    text = "A long text. " * 40
    ramp = tuple(map(float, range(16)))
    shown = asked(asking(question=lambda row: Question(text=text, lines={"wave": (ramp, (1.0, None))})), lines("q"))
    assert " ".join(shown.split()).count("A long text.") == 40
    assert "wave: 16 steps, 0 to 15" in shown
    assert "█" in shown


@pytest.mark.parametrize(
    ("pressed", "keys"),
    [
        (b"1s", ["1", "s"]),
        (b"\x1b[D2", [LEFT, "2"]),
        ("é3".encode(), ["é", "3"]),
        (b"\x04", [None]),
        (b"\n1", ["", "1"]),
    ],
)
def test_keys_need_no_enter_on_a_terminal(pressed: bytes, keys: list[str | None]) -> None:
    control, terminal = pty.openpty()
    with os.fdopen(terminal, "r") as stream, typed(True, stream) as read:
        os.write(control, pressed)
        assert [read() for _ in keys] == keys
    os.close(control)


def test_the_left_arrow_goes_back(asking: Ask, run: RunFolder) -> None:
    pressed = iter(["1", LEFT, "2", "q"])

    @contextmanager
    def keyboard() -> Iterator[Read]:
        yield lambda: next(pressed)

    asked(asking(), keyboard())
    assert said(run) == [(5, "red"), (5, "green")]
