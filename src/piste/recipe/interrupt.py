"""Ctrl-C between two compiled stretches instead of in the middle of one, so that a checkpoint can be written."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def gentle_interrupt() -> Iterator[Callable[[], None]]:
    """Yield a function that raises `KeyboardInterrupt` if Ctrl-C was pressed since; a second Ctrl-C acts at once.

    Outside the main thread, where Python delivers no signals, the function never raises.
    """
    pressed = threading.Event()

    def press(number: int, frame: FrameType | None) -> None:
        if pressed.is_set():
            raise KeyboardInterrupt
        pressed.set()

    def raise_if_asked() -> None:
        if pressed.is_set():
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield raise_if_asked
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield raise_if_asked
    finally:
        signal.signal(signal.SIGINT, before)
