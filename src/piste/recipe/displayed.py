"""What shows itself: panels as a page that opens offline, as plain text, in a file, or in a notebook."""

from abc import ABC, abstractmethod
from html import escape
from pathlib import Path

from piste.core.panels import Panel
from piste.report import html, text

_FRAME = 720  # pixels of a notebook's frame


class Displayed(ABC):
    """Ways to show `panels` under a `heading`."""

    @property
    @abstractmethod
    def panels(self) -> tuple[Panel, ...]:
        """Charts as Vega-Lite specs, pictures, tables and texts."""

    @property
    @abstractmethod
    def heading(self) -> str:
        """The title of the page."""

    def html(self) -> str:
        """Return a page that opens offline."""
        return html(self.panels, self.heading)

    def text(self, width: int = 80) -> str:
        """Return plain text."""
        return text(self.panels, width=width)

    def write(self, path: Path | str) -> None:
        """Write the page to a file."""
        Path(path).write_text(self.html(), encoding="utf-8", errors="replace")

    def _repr_html_(self) -> str:
        # A frame keeps the page's style and its policy from those of the notebook.
        return f'<iframe srcdoc="{escape(self.html())}" style="width:100%;height:{_FRAME}px;border:0"></iframe>'
