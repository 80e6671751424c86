"""The views of a network that lie in a run's folder, as `piste view` wrote them."""

import re
from pathlib import Path
from typing import Any

import msgspec

from piste.core.errors import RunError
from piste.core.runs import RunFolder
from piste.core.views import ViewRecord, read_view
from piste.report.view import panels_of_view
from piste.web.places import ordinary, readable
from piste.web.remembered import Remembered

_FILE = re.compile(r"view-([a-z][a-z-]{0,40})\.json")
DRAWN_HERE = ("surface",)  # views whose numbers the page draws itself


class Views:
    """Reads `view-<name>.json`; what is read stays in memory until its file changes."""

    def __init__(self) -> None:
        self._remembered = Remembered(8)

    def names(self, folder: RunFolder) -> list[str]:
        """Return the views there are, by name."""
        found = (_FILE.fullmatch(path.name) for path in folder.path.iterdir() if ordinary(path))
        return sorted(match[1] for match in found if match)

    def content(self, folder: RunFolder, name: str) -> dict[str, Any]:
        """Return a view's figure, and its numbers where the page draws them; raises `RunError` where there is none."""
        if name not in self.names(folder):
            raise RunError(f"This run has no view {name[:40]!r}; `piste view {folder.name} NAME` makes one.")
        record = self._remembered.of(folder.file(f"view-{name}.json"), _read)
        data = record.data if record.name in DRAWN_HERE else None
        return {"name": record.name, "title": record.title, "data": data, "parts": panels_of_view(record)}


def _read(path: Path) -> ViewRecord:
    try:
        if not readable(path):
            raise RunError(f"{path.name} was removed.")
        return read_view(path.read_bytes())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, AttributeError) as error:
        raise RunError(f"{path.name} is damaged ({error}).") from error
