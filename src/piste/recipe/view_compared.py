"""A comparison as Python gives it: the record, which shows itself as a page, as text, or in a notebook."""

import dataclasses
from dataclasses import dataclass
from html import escape
from pathlib import Path

from piste.core.compare import ComparisonRecord
from piste.core.panels import Panel
from piste.report import html, text
from piste.report.compare import panels_of_comparison

_FRAME = 720  # pixels of a notebook's frame


@dataclass(frozen=True)
class Comparison(ComparisonRecord):
    """Two runs side by side: the fields of the record, and ways to show them."""

    @property
    def panels(self) -> tuple[Panel, ...]:
        """The verdict, what differs, where they part, and both curves, as panels."""
        return panels_of_comparison(self)

    def html(self) -> str:
        """Return a page that opens offline."""
        return html(self.panels, " and ".join(self.titles))

    def text(self, width: int = 80) -> str:
        """Return plain text."""
        return text(self.panels, width=width)

    def write(self, path: Path | str) -> None:
        """Write the page to a file."""
        Path(path).write_text(self.html(), encoding="utf-8", errors="replace")

    def _repr_html_(self) -> str:
        # A frame keeps the page's style and its policy from those of the notebook.
        return f'<iframe srcdoc="{escape(self.html())}" style="width:100%;height:{_FRAME}px;border:0"></iframe>'

    def __repr__(self) -> str:
        return f"Comparison({self.titles[0]!r}, {self.titles[1]!r}: {self.verdict})"


def shown(record: ComparisonRecord) -> Comparison:
    """Return the record as one that shows itself."""
    return Comparison(**{field.name: getattr(record, field.name) for field in dataclasses.fields(record)})
