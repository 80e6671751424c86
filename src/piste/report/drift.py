"""The page about new data beside those of the training, and its record, in the run folder."""

from pathlib import Path

from piste.core.drift import DriftRecord
from piste.core.panels import Panel
from piste.core.runs import RunFolder
from piste.report.page import html
from piste.report.panels.drifted import answer, scores, shape, tests, traits


def panels_of_drift(record: DriftRecord) -> tuple[Panel, ...]:
    """Return the panels of `record`: those that have something to show."""
    made = (
        ("answer", "Does it still fit?", answer(record)),
        ("scores", "Scores then and now", scores(record)),
        ("schema", "The form of the data", shape(record)),
        ("tests", "All together, answers and target", tests(record)),
        ("traits", "Each column", traits(record)),
    )
    return tuple(Panel(name, title, blocks) for name, title, blocks in made if blocks)


def write_drift(folder: RunFolder, record: DriftRecord, name: str) -> Path:
    """Write `name`.json and the page `name`.html into the run folder, and return the page's path."""
    folder.write(record, f"{name}.json")
    page = html(panels_of_drift(record), f"{folder.name}: new data")
    folder.write(page.encode("utf-8", errors="replace"), f"{name}.html")
    return folder.file(f"{name}.html")
