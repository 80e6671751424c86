"""What the verbs write to standard output: a record as JSON, or text and tables through rich."""

import os
import shutil
import sys
from typing import Any

from rich.console import Console

from piste.core.records import encode

PIPE_WIDTH = 2000  # so that each row of a table is one line for the program that reads it
NARROWEST, WIDEST = 40, 100  # columns of running text


class _Console(Console):
    def on_broken_pipe(self) -> None:
        # rich would end the process with code 1; the command line has its own code for a reader that left.
        raise BrokenPipeError


def write_json(record: Any) -> None:
    """Write `record` as indented JSON."""
    sys.stdout.write(encode(record).decode())


def console() -> Console:
    """Return the console for text. Lines are not broken, so a path can be copied whole; a pipe gets wide tables."""
    return _Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def colourful() -> bool:
    """Return whether colours are welcome: on a terminal whose owner has not set NO_COLOR."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def text_width() -> int:
    """Return the columns for running text: the terminal's, within what reads well."""
    return min(max(shutil.get_terminal_size().columns, NARROWEST), WIDEST)
