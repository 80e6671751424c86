"""A comparison of two runs as panels and as a page, and its files in the run folder."""

import re
from pathlib import Path

from piste.core.compare import COMPARE, ComparisonRecord
from piste.core.panels import Panel
from piste.core.runs import RunFolder
from piste.report.page import html
from piste.report.panels.views_compare import agreement, curves, differences, parting, scores


def panels_of_comparison(record: ComparisonRecord) -> tuple[Panel, ...]:
    """Return the panels of `record`: those that have something to show."""
    made = (
        ("scores", "Which is better?", scores(record)),
        ("agreement", "Where they agree", agreement(record)),
        ("parting", "Where they part", parting(record)),
        ("differences", "What is different", differences(record)),
        ("curves", "Learning curves", curves(record)),
    )
    return tuple(Panel(name, title, blocks) for name, title, blocks in made if blocks)


def write_comparison(folder: RunFolder, record: ComparisonRecord) -> Path:
    """Write `compare-<first>.json` and the page of that name into the run folder, and return the page's path."""
    name = f"{COMPARE}-{re.sub(r'[^A-Za-z0-9_-]+', '-', record.titles[0]).strip('-') or 'run'}"
    folder.write(record, f"{name}.json")
    page = html(panels_of_comparison(record), f"{record.titles[0]} and {record.titles[1]}")
    folder.write(page.encode("utf-8", errors="replace"), f"{name}.html")
    return folder.file(f"{name}.html")
