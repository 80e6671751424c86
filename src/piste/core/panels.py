"""Panels: what a report is made of, as values. A panel says what there is to see; drawing it comes last.

A panel is a title over blocks of six kinds. Every block is frozen and survives `encode` then `decode`
unchanged, so the same panels give the HTML page, the plain text and the JSON.
"""

from typing import Any, Literal

import msgspec

Tone = Literal["plain", "lead", "good", "warning", "bad", "note"]
Align = Literal["left", "right"]
Size = Literal["wide", "half", "small"]


class Text(msgspec.Struct, frozen=True, tag_field="block", tag="text"):
    """One paragraph. `tone` "good", "warning" and "bad" make it a banner; "lead" is set larger, "note" smaller."""

    text: str
    tone: Tone = "plain"


class Lines(msgspec.Struct, frozen=True, tag_field="block", tag="lines"):
    """A list with one sentence or name per line."""

    lines: tuple[str, ...]


class Fact(msgspec.Struct, frozen=True):
    """One label with its value; `note` is its interval, its seed or its reason."""

    label: str
    value: str
    note: str = ""


class Facts(msgspec.Struct, frozen=True, tag_field="block", tag="facts"):
    """Labels with values; `large` sets them as headline numbers."""

    facts: tuple[Fact, ...]
    large: bool = False


class Grid(msgspec.Struct, frozen=True, tag_field="block", tag="grid"):
    """A table of texts, each row as long as `columns`. `align` has one entry per column, or none for all left.

    A `folded` table is shown as its caption until the reader opens it.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: tuple[Align, ...] = ()
    caption: str = ""
    folded: bool = False


class Chart(msgspec.Struct, frozen=True, tag_field="block", tag="chart"):
    """A Vega-Lite (version 6) spec with its data inside, and the words and numbers for who cannot see it.

    `description` is one sentence about what the chart shows; `numbers` is the chart as a table. Neighbouring
    charts of size "half" or "small" stand side by side where there is room.
    """

    title: str
    description: str
    spec: dict[str, Any]
    numbers: Grid | None = None
    size: Size = "wide"


class Picture(msgspec.Struct, frozen=True):
    """A PNG as base64, what it shows in words, and the lines under it."""

    png: str
    description: str
    lines: tuple[str, ...] = ()


class Pictures(msgspec.Struct, frozen=True, tag_field="block", tag="pictures"):
    """Pictures side by side."""

    pictures: tuple[Picture, ...]


Block = Text | Lines | Facts | Grid | Chart | Pictures


class Panel(msgspec.Struct, frozen=True):
    """One part of a report. `name` is unique in its report and is the part's address within the page."""

    name: str
    title: str
    blocks: tuple[Block, ...]
