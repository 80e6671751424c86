"""Panels as plain text for a terminal, a log or a mail: complete without colour, and the same text every time."""

from collections.abc import Iterable
from functools import singledispatch

from piste.core.panels import Block, Chart, Facts, Grid, Lines, Panel, Pictures, Text
from piste.report.plain_tables import shortened, table
from piste.report.plain_words import width_of, wrapped

MARKS = {"good": "[ok] ", "warning": "[!] ", "bad": "[x] ", "plain": "", "lead": "", "note": ""}
COLOURS = {"good": "32", "warning": "33", "bad": "31", "note": "2"}
NARROWEST = 40  # columns; a narrower screen breaks the lines itself
LABELS = 26  # columns for the labels of facts at most
FEW_ROWS = 12  # rows of a chart's numbers
MANY_ROWS = 60  # rows of any other table


def text(panels: tuple[Panel, ...], colour: bool = False, width: int = 80) -> str:
    """Return the panels as lines of at most `width` columns (40 at least), with ANSI colours where `colour`.

    What a terminal cannot show is left to the page: pictures are named, small charts left out, long tables cut,
    and each cut is said.
    """
    width = max(width, NARROWEST)
    lines = [line for panel in panels for line in _panel(panel, colour, width)]
    return "\n".join(lines).strip("\n") + "\n"


def _panel(panel: Panel, colour: bool, width: int) -> Iterable[str]:
    title = wrapped(panel.title, width)
    yield from (_painted(line, "1" if colour else "") for line in title)
    yield "=" * max(map(width_of, title))
    for block in panel.blocks:
        code = COLOURS.get(block.tone, "") if colour and isinstance(block, Text) else ""
        lines = _lines_of(block, width)
        yield from (_painted(line, code) for line in lines)
        if lines:
            yield ""
    yield ""


def _painted(line: str, code: str) -> str:
    return f"\x1b[{code}m{line}\x1b[0m" if code and line else line


@singledispatch
def _lines_of(block: Block, width: int) -> list[str]:
    raise TypeError(f"no way to write {type(block).__name__}")


@_lines_of.register
def _text(block: Text, width: int) -> list[str]:
    return wrapped(block.text, width, MARKS[block.tone])


@_lines_of.register
def _lines(block: Lines, width: int) -> list[str]:
    return [line for one in block.lines for line in wrapped(one, width, "- ")]


@_lines_of.register
def _facts(block: Facts, width: int) -> list[str]:
    column = min(max(width_of(fact.label) for fact in block.facts), LABELS) if block.facts else 0
    lines = []
    for fact in block.facts:
        labels = wrapped(fact.label, column)
        values = wrapped(f"{fact.value} ({fact.note})" if fact.note else fact.value, width - column - 2)
        for at in range(max(len(labels), len(values))):
            label, value = (part[at] if at < len(part) else "" for part in (labels, values))
            lines.append(f"{label}{' ' * (column - width_of(label))}  {value}".rstrip())
    return lines


@_lines_of.register
def _grid(block: Grid, width: int) -> list[str]:
    return _tabled(block, MANY_ROWS, width)


@_lines_of.register
def _chart(block: Chart, width: int) -> list[str]:
    if block.size == "small":
        return []
    lines = [*wrapped(block.title, width, "* "), *wrapped(block.description, width, "  ")]
    numbers = _tabled(block.numbers, FEW_ROWS, width - 2) if block.numbers else []
    return [*lines, *(f"  {line}".rstrip() for line in numbers)]


def _tabled(grid: Grid, rows: int, width: int) -> list[str]:
    kept = shortened(grid, rows)
    return [*table(kept, width), *(wrapped(kept.caption, width) if kept.caption else [])]


@_lines_of.register
def _pictures(block: Pictures, width: int) -> list[str]:
    return [line for one in block.pictures for line in wrapped("; ".join(one.lines) or one.description, width, "- ")]
