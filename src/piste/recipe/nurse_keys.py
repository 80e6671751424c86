"""Keys that are typed in the terminal of a training become commands, as any other that reaches it."""

import os
import select
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from piste.core import nursing
from piste.core.errors import PisteError
from piste.core.runs import RunFolder

KEYS = {"+": "rate 2x", "-": "rate 0.5x", "b": "back best", "p": "pause", "g": "go", "s": "stop"}
HELP = "Keys: - halves the rate, + doubles it, b back to the best, p pause, g go on, s stop; : any command, then Enter."
_LOOK = 0.2  # seconds after which the thread looks whether it is over


@contextmanager
def keys_heard(folder: RunFolder) -> Iterator[None]:
    """Hear the keys while the block runs, where standard input is a terminal."""
    if not sys.stdin.isatty() or threading.current_thread() is not threading.main_thread():
        yield
        return
    import termios
    import tty

    file, over = sys.stdin.fileno(), threading.Event()
    before = termios.tcgetattr(file)
    tty.setcbreak(file)  # Ctrl-C still stops
    sys.stderr.write(f"{HELP}\n")
    listens = threading.Thread(target=_listen, args=(folder, file, over), daemon=True)
    listens.start()
    try:
        yield
    finally:
        over.set()
        listens.join()
        termios.tcsetattr(file, termios.TCSADRAIN, before)


def _listen(folder: RunFolder, file: int, over: threading.Event) -> None:
    typed: str | None = None  # the command that is being typed, after a colon
    while not over.is_set():
        if not select.select([file], [], [], _LOOK)[0]:
            continue
        pressed = os.read(file, 64)
        if not pressed:
            return
        for letter in pressed.decode(errors="replace"):
            typed = heard(folder, letter, typed)


def heard(folder: RunFolder, letter: str, typed: str | None) -> str | None:
    """Take one letter in; return the command that is typed so far, None where none is."""
    if typed is None:
        if letter == ":":
            sys.stderr.write("\n: ")
            sys.stderr.flush()
            return ""
        if letter in KEYS:
            _tell(folder, KEYS[letter])
        elif letter in "?h":
            sys.stderr.write(f"\n{HELP}\n")
        return None
    if letter in "\r\n":
        sys.stderr.write("\n")
        if typed.strip():
            _tell(folder, typed)
        return None
    typed = typed[:-1] if letter in "\x7f\b" else typed + letter
    sys.stderr.write(f"\r\x1b[2K: {typed}")
    sys.stderr.flush()
    return typed


def _tell(folder: RunFolder, words: str) -> None:
    try:
        nursing.command(folder, words, f"{nursing.person()} at the keyboard")
    except PisteError as error:
        sys.stderr.write(f"\n{error}\n")
