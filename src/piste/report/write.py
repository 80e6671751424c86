"""The report's file in the run folder."""

from pathlib import Path

from piste.core.runs import REPORT, RunFolder
from piste.report.page import html
from piste.report.views import panels_of


def write_report(folder: RunFolder) -> Path:
    """Write `report.html` into the run folder and return its path; an older report is replaced at once, as a whole.

    Raises `RunError` where `run.json` cannot be read or the page cannot be written.
    """
    page = html(panels_of(folder), folder.record.name or folder.name)
    folder.write(page.encode("utf-8", errors="replace"), REPORT)
    return folder.file(REPORT)
