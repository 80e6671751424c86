"""Panels as JSON, for programs."""

from piste.core.panels import Panel
from piste.core.records import encode


def json(panels: tuple[Panel, ...]) -> bytes:
    """Return the panels as an indented JSON list in UTF-8, which `piste.core.records.decode` reads back."""
    return encode(panels)
