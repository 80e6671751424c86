"""`piste report`."""

import sys
import webbrowser

from piste.cli.output import colourful, console, text_width
from piste.cli.run_argument import DEFAULT_RUNS, Runs, open_run
from piste.core.errors import SettingError
from piste.core.runs import RunFolder


def report(
    run: str, /, *, runs: Runs = DEFAULT_RUNS, text: bool = False, json: bool = False, open: bool = False
) -> None:
    """Write the report of RUN again, from the records in its folder, and say where it is.

    Parameters
    ----------
    run
        The run's folder, or its name inside the folder of runs.
    text
        Show the report as plain text here; no file is written.
    json
        Show the report as JSON here; no file is written.
    open
        Open the page in the browser.
    """
    if (text or json) and (open or (text and json)):
        raise SettingError("Only one of --text, --json and --open can be had at a time; leave the others out.")
    folder = open_run(run, runs)
    if text or json:
        _show(folder, as_json=json)
    else:
        _write(folder, opened=open)


def _show(folder: RunFolder, *, as_json: bool) -> None:
    import piste.report as reports

    panels = reports.panels_of(folder)
    if as_json:
        sys.stdout.write(reports.json(panels).decode())
    else:
        sys.stdout.write(reports.text(panels, colour=colourful(), width=text_width()))


def _write(folder: RunFolder, *, opened: bool) -> None:
    from piste.report import write_report

    page = write_report(folder)
    console().print(str(page), markup=False)
    if opened and not webbrowser.open(page.resolve().as_uri()):
        raise SettingError(f"No browser could be started here; open {page} in one yourself.")
