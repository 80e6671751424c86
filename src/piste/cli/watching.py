"""`--watch`: the page beside a training or a search, for as long as that goes on."""

import subprocess
import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from piste.core.errors import MissingExtraError, RunError

Watched = Annotated[bool, Parameter(help="Show it on a page in the browser while it goes on, as `piste web` does.")]
PANEL = "curves"


@contextmanager
def beside(runs: Path, *, watch: bool, quiet: bool = False) -> Iterator[None]:
    """With `watch`, serve the page about the folder `runs` from a process of its own until the block ends.

    At a terminal the page then stays until Ctrl-C, unless `quiet`. Raises `MissingExtraError` or `RunError` where the
    page cannot be served, before anything is trained.
    """
    if not watch:
        yield
        return
    runs.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "piste.cli.beside", str(runs)]
    # A session of its own, because Ctrl-C is for the training. That its input is closed at the end tells it to go.
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as page:
        _told(page)
        yield
        if not quiet and sys.stderr.isatty():
            _stay(page)


def _told(page: "subprocess.Popen[str]") -> None:
    address = page.stdout.readline().strip() if page.stdout else ""
    if not address:
        said = page.stderr.read().strip() if page.stderr else ""
        raise (MissingExtraError if "pip install" in said else RunError)(said or "The page could not be served.")
    address = f"{address}?since={int(time.time())}#/newest/{PANEL}"
    sys.stderr.write(f"Watch it on this page:\n{address}\n")
    sys.stderr.flush()
    webbrowser.open(address)


def _stay(page: "subprocess.Popen[str]") -> None:
    sys.stderr.write("The page stays until Ctrl-C is pressed here.\n")
    try:
        page.wait()
    except KeyboardInterrupt:
        sys.stderr.write("\n")
