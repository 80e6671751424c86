"""`piste play`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from piste.cli.run_argument import DEFAULT_RUNS
from piste.cli.web import compared, look, plays, say_address


def play(*, browser: Annotated[bool, Parameter(negative="--no-browser")] = True, port: int = 0) -> None:
    """Open the playground: build a small network by clicking, train it step by step, and see every unit of it.

    It is a view of the page that `piste web` serves, on this machine alone, until Ctrl-C. The networks are trained by
    the engine that `piste train` uses, on made problems, on bundled data or on a table that is pasted there; the
    linter comments, and "Open in Python" shows the same training as a program.

    Parameters
    ----------
    browser
        Open the page in the browser, instead of saying its address alone.
    port
        Port to listen on; 0 takes a free one.
    """
    from piste.web import serve_folder

    folder = DEFAULT_RUNS if DEFAULT_RUNS.is_dir() else Path()

    def ready(address: str) -> None:
        say_address(f"{address}#/play", browser)

    serve_folder(folder, ready, port=port, look=look, compare=compared, play=plays)
