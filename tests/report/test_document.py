"""The report as JSON."""

from piste.core.panels import Panel
from piste.core.records import decode
from piste.core.runs import RunFolder
from piste.report import json, panels_of


def test_the_json_holds_every_panel(folder: RunFolder) -> None:
    panels = panels_of(folder)
    assert decode(json(panels), tuple[Panel, ...]) == panels
