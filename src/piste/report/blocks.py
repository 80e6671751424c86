"""Each kind of block as HTML."""

from collections.abc import Sequence
from functools import singledispatch
from itertools import groupby
from xml.etree.ElementTree import Element

from piste.core.panels import Block, Chart, Facts, Grid, Lines, Pictures, Text
from piste.report.charts import Spec
from piste.report.elements import element

MARKS = {"good": "✓", "warning": "!", "bad": "✕"}
LONG = 20  # characters from which a cell needs a wide column
SPOKEN = {"good": "Good: ", "warning": "Warning: ", "bad": "Problem: "}


def drawn(blocks: Sequence[Block], specs: list[Spec]) -> list[Element]:
    """Return the blocks as elements, neighbouring charts side by side; each chart's spec is added to `specs`."""
    elements: list[Element] = []
    for charted, run in groupby(blocks, lambda block: isinstance(block, Chart)):
        made = [_figure(one, specs) if isinstance(one, Chart) else _element(one) for one in run]
        elements.extend([element("div", *made, class_="charts")] if charted else made)
    return elements


@singledispatch
def _element(block: Block) -> Element:
    raise TypeError(f"no way to draw {type(block).__name__}")


@_element.register
def _text(block: Text) -> Element:
    if block.tone not in MARKS:
        return element("p", block.text, class_=block.tone)
    spoken = element("span", SPOKEN[block.tone], class_="unseen")
    mark = element("span", MARKS[block.tone], class_="mark", aria_hidden="true")
    return element("p", mark, element("span", spoken, block.text), class_=f"banner {block.tone}")


@_element.register
def _lines(block: Lines) -> Element:
    return element("ul", *(element("li", line) for line in block.lines))


@_element.register
def _facts(block: Facts) -> Element:
    entries = [
        element(
            "div",
            element("dt", fact.label),
            element("dd", fact.value, class_="value"),
            *([element("dd", fact.note, class_="note")] if fact.note else []),
        )
        for fact in block.facts
    ]
    return element("dl", *entries, class_="headline" if block.large else "facts")


@_element.register
def _grid(block: Grid) -> Element:
    if block.folded:
        return folded(block.caption or "Table", block)
    return element("div", table(block), *([element("p", block.caption, class_="note")] if block.caption else []))


@_element.register
def _pictures(block: Pictures) -> Element:
    entries = [
        element(
            "li",
            element("img", src=f"data:image/png;base64,{one.png}", alt=one.description),
            *(element("span", line) for line in one.lines),
        )
        for one in block.pictures
    ]
    return element("ul", *entries, class_="pictures")


def folded(summary: str, grid: Grid) -> Element:
    """Return the table behind a line that opens it."""
    return element("details", element("summary", summary), table(grid))


def table(grid: Grid) -> Element:
    """Return a table inside a region that the keyboard can scroll; the first column names each row."""
    align = grid.align or ("left",) * len(grid.columns)
    head = element("tr", *(element("th", name, scope="col", class_=side) for name, side in _sides(grid.columns, align)))
    rows = [element("tr", *_cells(row, align)) for row in grid.rows]
    label = grid.caption or ", ".join(grid.columns)
    content = element("table", element("thead", head), element("tbody", *rows))
    return element("div", content, class_="table", tabindex="0", role="region", aria_label=label)


def _sides(texts: Sequence[str], align: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(texts, align, strict=True))


def _cells(row: Sequence[str], align: Sequence[str]) -> list[Element]:
    first, *rest = _sides(row, align)
    return [
        element("th", first[0], scope="row", class_=first[1]),
        *(element("td", text, class_=f"{side} long" if len(text) > LONG else side) for text, side in rest),
    ]


def _figure(block: Chart, specs: list[Spec]) -> Element:
    place = element("div", class_="chart", role="img", aria_label=block.description, data_chart=str(len(specs)))
    specs.append(block.spec)
    parts = [
        element("figcaption", element("h3", block.title), element("p", block.description)),
        place,
        element("p", "This chart could not be drawn here; its numbers are below.", class_="lost"),
    ]
    if block.numbers is not None:
        parts.append(folded("Numbers", block.numbers))
    return element("figure", *parts, class_=block.size)
