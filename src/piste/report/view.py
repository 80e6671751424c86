"""A view as panels and as a page, and its files in the run folder."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from piste.core.panels import Block, Panel, Text
from piste.core.runs import RunFolder
from piste.core.views import ViewRecord, read_view
from piste.report.page import html
from piste.report.panels.views_adversarial import adversarial
from piste.report.panels.views_attribution import attribution
from piste.report.panels.views_boundary import boundary
from piste.report.panels.views_embedding import embedding
from piste.report.panels.views_features import filters, maps, units
from piste.report.panels.views_gradients import gradients
from piste.report.panels.views_hessian import hessian
from piste.report.panels.views_layers import layers
from piste.report.panels.views_mistakes import mistakes
from piste.report.panels.views_surface import surface

DRAWN: dict[str, Callable[[Any], tuple[Block, ...]]] = {
    "boundary": boundary,
    "surface": surface,
    "layers": layers,
    "gradients": gradients,
    "attribution": attribution,
    "filters": filters,
    "maps": maps,
    "units": units,
    "embedding": embedding,
    "mistakes": mistakes,
    "hessian": hessian,
    "adversarial": adversarial,
}
"""How the data of each view are drawn, by its name."""


def panels_of_view(record: ViewRecord) -> tuple[Panel, ...]:
    """Return the panel of a view."""
    notes = tuple(Text(note, "note") for note in record.notes)
    return (Panel(f"view-{record.name}", record.title, (*DRAWN[record.name](record.data), *notes)),)


def kept_views(folder: RunFolder) -> tuple[Panel, ...]:
    """Return the panels of the views that are kept in the run folder; a damaged one becomes a warning."""
    panels: list[Panel] = []
    for path in sorted(folder.path.glob("view-*.json")):
        try:
            panels.extend(panels_of_view(read_view(path.read_bytes())))
        except (msgspec.MsgspecError, UnicodeDecodeError, OSError) as error:
            said = Text(f"{path.name} could not be read ({error}); look again, or delete it.", "warning")
            panels.append(Panel(path.stem, path.stem, (said,)))
    return tuple(panels)


def write_view(folder: RunFolder, record: ViewRecord) -> Path:
    """Write `view-<name>.json` and the page `view-<name>.html` into the run folder, and return the page's path."""
    folder.write(record, f"view-{record.name}.json")
    page = html(panels_of_view(record), f"{folder.name}: {record.title}")
    folder.write(page.encode("utf-8", errors="replace"), f"view-{record.name}.html")
    return folder.file(f"view-{record.name}.html")
