"""What the verbs write to standard output: a record as JSON, or text and tables through rich."""

import sys
from typing import Any

from rich.console import Console

from piste.core.records import encode

PIPE_WIDTH = 200


def write_json(record: Any) -> None:
    """Write `record` as indented JSON."""
    sys.stdout.write(encode(record).decode())


def console() -> Console:
    """Return the console for text. Lines are not broken, so a path can be copied whole; a pipe gets wide tables."""
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else PIPE_WIDTH)
