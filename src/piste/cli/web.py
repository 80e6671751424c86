"""`piste web`."""

import sys
import webbrowser
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from piste.cli.run_argument import DEFAULT_RUNS


def web(
    folder: Path = DEFAULT_RUNS,
    /,
    *,
    browser: Annotated[bool, Parameter(negative="--no-browser")] = True,
    host: str = "127.0.0.1",
    port: int = 0,
) -> None:
    """Show the runs and studies of FOLDER on a page of this machine, live, until Ctrl-C.

    The page reads files and changes none. Nobody can open it without its address, and it asks nothing of any other
    server.

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
    """
    from piste.web import serve_folder

    def ready(address: str) -> None:
        sys.stderr.write(f"The page is at this address, until Ctrl-C is pressed here:\n{address}\n")
        sys.stderr.flush()
        if browser and not webbrowser.open(address):
            sys.stderr.write("No browser could be started; open the address in one yourself.\n")

    serve_folder(folder, ready, host, port)
