"""`piste view`."""

import sys

from piste.cli.options import Chosen, with_settings
from piste.cli.output import colourful, console, text_width, write_json
from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run
from piste.recipe.view_options import ViewOptions


def _view(
    run: str,
    name: str = "",
    /,
    *,
    chosen: Chosen,
    runs: Runs = DEFAULT_RUNS,
    data: str | None = None,
    dry: bool = False,
    json: bool = False,
) -> None:
    """Look into the network of RUN: its decision boundary, loss surface, layers, filters, and why it answers so.

    Without NAME the views are listed. The page is written into the run's folder as view-NAME.html.

    Parameters
    ----------
    run
        The run's folder, or its name inside the folder of runs.
    name
        The view.
    data
        The data of the training, where they are no longer where they were.
    dry
        Write nothing.
    json
        Write the numbers as JSON, and nothing else.
    """
    folder = open_run(run, runs)
    if not name:
        _list()
        return
    from piste.recipe.predict import opened
    from piste.recipe.progress import listener
    from piste.recipe.run import Run
    from piste.recipe.view import view_with
    from piste.report import text

    seen = view_with(opened(Run(folder)), name, chosen.settings["view"], data, not dry, listener(json))
    if json:
        write_json(seen.record)
        return
    sys.stdout.write(text(seen.panels, colourful(), text_width()))
    if not dry:
        console().print(str(folder.file(f"view-{name}.html")), markup=False)


def _list() -> None:
    from piste.recipe.view_list import VIEWS

    for kind in VIEWS:
        flags = ", ".join(f"--{name.replace('_', '-')}" for name in kind.options)
        console().print(f"{kind.name:12} {kind.title}  [{flags}]", markup=False)


view = with_settings({"view": ViewOptions}, _view)
