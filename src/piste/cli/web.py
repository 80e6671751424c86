"""`piste web`."""

import sys
import webbrowser
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from piste.cli.run_argument import DEFAULT_RUNS
from piste.core.runs import RunFolder

if TYPE_CHECKING:
    from piste.core.compare import ComparisonRecord
    from piste.web.graph import Looked
    from piste.web.labelling import Questions
    from piste.web.playing import Playing


def web(
    folder: Path = DEFAULT_RUNS,
    /,
    *,
    browser: Annotated[bool, Parameter(negative="--no-browser")] = True,
    host: str = "127.0.0.1",
    port: int = 0,
    control: bool = False,
) -> None:
    """Show the runs and studies of FOLDER on a page of this machine, live, until Ctrl-C.

    The page reads files and changes none, unless --control allows it to. Nobody can open it without its address, and
    it asks nothing of any other server.

    Parameters
    ----------
    folder
        Folder that holds the runs, or one run's own.
    browser
        Open the page in the browser, instead of saying its address alone.
    host
        Address to listen on. Any but the loopback's lets others reach the page who know its whole address; what they
        read on the way is not encrypted.
    port
        Port to listen on; 0 takes a free one.
    control
        Let the page tell a training that listens (`piste train --nurse`) what to do, and ask a person about test
        examples.
    """
    from piste.web import serve_folder

    ready = partial(say_address, browser=browser)
    ask = _ask if control else None
    serve_folder(folder, ready, host, port, control=control, ask=ask, look=look, compare=compared, play=plays)


def say_address(address: str, browser: bool) -> None:
    """Say where the page is, and open it in the browser where that is wanted."""
    sys.stderr.write(f"The page is at this address, until Ctrl-C is pressed here:\n{address}\n")
    sys.stderr.flush()
    if browser and not webbrowser.open(address):
        sys.stderr.write("No browser could be started; open the address in one yourself.\n")


def plays() -> "Playing":
    """Return what keeps the playground's networks."""
    from piste.play.plays import Plays

    return Plays()


def _ask(folder: RunFolder) -> "Questions":
    from piste.recipe.page import questions

    return questions(folder)


def look(folder: RunFolder, split: str, example: int) -> "Looked":
    """Look at the network of a run on one example."""
    from piste.recipe import page

    return page.look(folder, split, example)


def compared(first: RunFolder, second: RunFolder) -> "ComparisonRecord":
    """Compare two runs, without training them again."""
    from piste.recipe import page

    return page.compared(first, second)
