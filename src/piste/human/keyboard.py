"""Answers as they are typed: single keys on a terminal, whole lines from anything else."""

import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

Read = Callable[[], str | None]
"""Returns the next key or line without blanks around it; None when there is no more."""

LEFT = "left"
_ENDS = ("\x04", "")  # Ctrl-D
_ARROWS = {b"\x1b[D": LEFT, b"\x1bOD": LEFT}
_TOGETHER = 0.05  # seconds within which the bytes of an arrow key arrive


@contextmanager
def typed(by_key: bool, stream: TextIO | None = None) -> Iterator[Read]:
    """Yield how to read from `stream`, standard input when left out: by key where it is a terminal, else by line."""
    stream = sys.stdin if stream is None else stream
    if not by_key or not stream.isatty():
        yield lambda: _line(stream)
        return
    import termios
    import tty

    file = stream.fileno()
    before = termios.tcgetattr(file)
    tty.setcbreak(file)  # Ctrl-C still stops
    try:
        yield lambda: _key(file)
    finally:
        termios.tcsetattr(file, termios.TCSADRAIN, before)


def _line(stream: TextIO) -> str | None:
    line = stream.readline()
    return line.strip() if line else None


def _key(file: int) -> str | None:
    pressed = os.read(file, 1)
    while pressed[:1] == b"\x1b" and len(pressed) < 3 and select.select([file], [], [], _TOGETHER)[0]:
        pressed += os.read(file, 1)
    while pressed[:1] >= b"\xc0" and not _whole(pressed):
        pressed += os.read(file, 1)
    key = _ARROWS.get(pressed) or pressed.decode(errors="replace")
    return None if key in _ENDS else key.strip()


def _whole(pressed: bytes) -> bool:
    try:
        pressed.decode()
    except UnicodeDecodeError:
        return len(pressed) >= 4
    return True
