"""A comparison as Python gives it: the record, which shows itself as a page, as text, or in a notebook."""

import dataclasses
from dataclasses import dataclass

from piste.core.compare import ComparisonRecord
from piste.core.panels import Panel
from piste.recipe.displayed import Displayed
from piste.report.compare import panels_of_comparison


@dataclass(frozen=True)
class Comparison(ComparisonRecord, Displayed):
    """Two runs side by side: the fields of the record, and ways to show them."""

    @property
    def panels(self) -> tuple[Panel, ...]:
        """The verdict, what differs, where they part, and both curves, as panels."""
        return panels_of_comparison(self)

    @property
    def heading(self) -> str:
        """Both runs."""
        return " and ".join(self.titles)

    def __repr__(self) -> str:
        return f"Comparison({self.titles[0]!r}, {self.titles[1]!r}: {self.verdict})"


def shown(record: ComparisonRecord) -> Comparison:
    """Return the record as one that shows itself."""
    return Comparison(**{field.name: getattr(record, field.name) for field in dataclasses.fields(record)})
