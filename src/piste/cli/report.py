"""`piste report`."""

import sys
import webbrowser

from piste.cli.output import colourful, console, text_width
from piste.cli.run_argument import DEFAULT_RUNS, Runs, find_study, open_run
from piste.core.errors import SettingError
from piste.core.runs import RunFolder
from piste.core.studied import RESULTS
from piste.core.studies import TRIALS, StudyFolder


def report(
    run: str, /, *, runs: Runs = DEFAULT_RUNS, text: bool = False, json: bool = False, open: bool = False
) -> None:
    """Write the report of RUN, or of a study, again, from the records in its folder, and say where it is.

    Parameters
    ----------
    run
        The folder of a run or of a study, or its name inside the folder of runs.
    text
        Show the report as plain text here; no file is written.
    json
        Show the report as JSON here; no file is written.
    open
        Open the page in the browser.
    """
    if (text or json) and (open or (text and json)):
        raise SettingError("Only one of --text, --json and --open can be had at a time; leave the others out.")
    study = find_study(run, runs)
    folder = open_run(run, runs) if study is None else study
    if text or json:
        _show(folder, as_json=json)
    else:
        _write(folder, opened=open)


def _show(folder: RunFolder | StudyFolder, *, as_json: bool) -> None:
    import piste.report as reports
    from piste.report.study import panels_of_study, studied_in

    if isinstance(folder, StudyFolder):
        _concluded(folder)
        panels = panels_of_study(studied_in(folder))
    else:
        panels = reports.panels_of(folder)
    if as_json:
        sys.stdout.write(reports.json(panels).decode())
    else:
        sys.stdout.write(reports.text(panels, colour=colourful(), width=text_width()))


def _write(folder: RunFolder | StudyFolder, *, opened: bool) -> None:
    from piste.report import write_report
    from piste.report.study import write_study_report

    if isinstance(folder, StudyFolder):
        _concluded(folder)
        page = write_study_report(folder)
    else:
        page = write_report(folder)
    console().print(str(page), markup=False)
    if opened and not webbrowser.open(page.resolve().as_uri()):
        raise SettingError(f"No browser could be started here; open {page} in one yourself.")


def _concluded(folder: StudyFolder) -> None:
    """Conclude from the trials as they stand, where that was not done since they changed."""
    results, trials = folder.path / RESULTS, folder.path / TRIALS
    if trials.is_file() and (not results.is_file() or results.stat().st_mtime < trials.stat().st_mtime):
        from piste.recipe.studied import conclude
        from piste.recipe.tuned_study import Study

        conclude(Study(folder))
