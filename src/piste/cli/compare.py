"""`piste compare`."""

import sys
from typing import Annotated

from cyclopts import Parameter

from piste.cli.output import colourful, text_width, write_json
from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run


def compare(
    first: str,
    second: str,
    /,
    *,
    runs: Runs = DEFAULT_RUNS,
    data: str | None = None,
    again: Annotated[bool | None, Parameter(negative="--no-again")] = None,
    dry: bool = False,
    json: bool = False,
) -> None:
    """Put the runs FIRST and SECOND side by side: what differs, the step where they part, and which is better.

    The page is written into the folder of SECOND as compare-FIRST.html.

    Parameters
    ----------
    first
        A run's folder, or its name inside the folder of runs.
    second
        The other run.
    data
        The data of the training, where they are no longer where they were.
    again
        Train both once more, to find the first step after which a parameter differs. When left out, that is done where
        each took less than a minute; --no-again never does.
    dry
        Write nothing.
    json
        Write the record as JSON.
    """
    folders = [open_run(one, runs) for one in (first, second)]
    from piste.recipe.predict import opened
    from piste.recipe.progress import listener
    from piste.recipe.run import Run
    from piste.recipe.view_compare import compare_with
    from piste.report import text
    from piste.report.compare import panels_of_comparison

    one, other = (opened(Run(folder)) for folder in folders)
    record = compare_with(one, other, data, again, not dry, listener(json))
    if json:
        write_json(record)
    else:
        sys.stdout.write(text(panels_of_comparison(record), colourful(), text_width()))
