import io
import time

import pytest

from piste.core.records import EpochRecord
from piste.recipe.progress import Lines, Live, Silent, duration, listener, told


def record(epoch: int) -> EpochRecord:
    return EpochRecord(epoch, epoch * 10, 0.5, 0.25, "accuracy", 0.9, 0.1, 1.0, float(epoch))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def test_the_time_left_follows_the_pace(clock: list[float]) -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    lines.training(1, 11, record(1))
    clock[0] += 20  # two epochs in 20 s, so 8 more take 80 s
    lines.training(3, 11, record(3))
    assert "1 min 20 s left at most" in stream.getvalue().splitlines()[-1]


def test_plain_lines_come_every_few_seconds_and_at_the_end(clock: list[float]) -> None:
    stream = io.StringIO()
    lines = Lines(stream)
    for epoch in range(1, 21):
        lines.training(epoch, 20, record(epoch))
        clock[0] += 1
    shown = [line.split()[1] for line in stream.getvalue().splitlines()]
    assert shown == ["1", "6", "11", "16", "20"]
    assert "\x1b" not in stream.getvalue()


def test_a_terminal_sees_one_line_that_is_replaced(clock: list[float]) -> None:
    stream = io.StringIO()
    live = Live(stream)
    for epoch in (1, 2):
        live.training(epoch, 2, record(epoch))
    live.trained()
    assert stream.getvalue().count("\n") == 1
    assert "epoch 2 of 2  train loss 0.5  validation loss 0.25  accuracy 0.9" in stream.getvalue()


def test_what_is_said_while_a_training_goes_on_stands_on_a_line_of_its_own() -> None:
    stream = io.StringIO()
    live = Live(stream)
    live.training(1.0, 10, None)
    live.say("Half the rate.")
    live.training(2.0, 10, None)
    assert stream.getvalue().split("\n")[0].endswith("\r\x1b[2KHalf the rate.")
    assert stream.getvalue().split("\n")[1].startswith("\r\x1b[2K  ")


def test_long_work_says_how_long_it_took_and_short_work_does_not(clock: list[float]) -> None:
    stream = io.StringIO()
    with told(Lines(stream), "Reading"):
        clock[0] += 0.5
    assert stream.getvalue() == ""
    with told(Lines(stream), "Reading"):
        clock[0] += 65
    assert stream.getvalue() == "Reading took 1 min 5 s.\n"


def test_who_hears() -> None:
    assert isinstance(listener(quiet=True), Silent)
    assert type(listener(quiet=False, stream=io.StringIO())) is Lines


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (9.94, "9.9 s"), (59.4, "59 s"), (125, "2 min 5 s"), (3845, "1 h 4 min")]
)
def test_durations_read_naturally(seconds: float, text: str) -> None:
    assert duration(seconds) == text
