"""The report of a search, from the records in its folder alone."""

from collections.abc import Callable
from pathlib import Path

from piste.core.panels import Block, Panel, Text
from piste.core.records import decode
from piste.core.runs import write_bytes
from piste.core.studied import REPORT, RESULTS, Studied, StudyResults
from piste.core.studies import StudyFolder
from piste.report.page import html
from piste.report.panels.studied_importance import importance
from piste.report.panels.studied_progress import progress
from piste.report.panels.studied_result import result
from piste.report.panels.studied_space import parallel, slices, zoom
from piste.report.panels.studied_trials import best_settings, made, repeat, retuned, searched, table

Make = Callable[[Studied], tuple[Block, ...]]
VIEWS: tuple[tuple[str, str, Make], ...] = (
    ("result", "Result", result),
    ("retuned", "Do the old settings still hold?", retuned),
    ("best", "Best settings", best_settings),
    ("made", "Made of the best", made),
    ("progress", "How the search went", progress),
    ("importance", "Which settings mattered", importance),
    ("slices", "One setting at a time", slices),
    ("parallel", "All settings", parallel),
    ("zoom", "From coarse to fine", zoom),
    ("trials", "Trials", table),
    ("space", "What was searched", searched),
    ("repeat", "Repeat this search", repeat),
)


def studied_in(folder: StudyFolder) -> Studied:
    """Return what the folder of a study holds; raises `RunError` where its record is absent or damaged."""
    path = folder.path / RESULTS
    results = decode(path.read_bytes(), StudyResults) if path.is_file() else StudyResults()
    return Studied(folder.record, tuple(sorted(folder.trials, key=lambda one: one.number)), results)


def panels_of_study(studied: Studied) -> tuple[Panel, ...]:
    """Return the panels of a study: those that have something to show."""
    made = ((name, title, _blocks(make, studied)) for name, title, make in VIEWS)
    return tuple(Panel(name, title, blocks) for name, title, blocks in made if blocks)


def _blocks(make: Make, studied: Studied) -> tuple[Block, ...]:
    # A search of hours must not be lost to a fault in one drawing, so the fault is shown in its place.
    try:
        return make(studied)
    except Exception as error:
        return (Text(f"This part could not be drawn ({type(error).__name__}: {error}). The rest stands.", "warning"),)


def write_study_report(folder: StudyFolder) -> Path:
    """Write `report.html` into the study's folder and return its path.

    Raises `RunError` where the records cannot be read or the page cannot be written.
    """
    studied = studied_in(folder)
    page = html(panels_of_study(studied), f"Search: {studied.study.name}")
    write_bytes(folder.path / REPORT, page.encode("utf-8", errors="replace"))
    return folder.path / REPORT
