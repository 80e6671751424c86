"""Tables in a terminal: columns as wide as they need while they fit, else narrower, else one row under another."""

from collections.abc import Sequence
from itertools import zip_longest

import msgspec

from piste.core.panels import Align, Grid
from piste.report.plain_words import width_of, wrapped

GAP = "  "
NARROWEST = 9  # columns in which a cell's words can still be read


def shortened(grid: Grid, rows: int) -> Grid:
    """Return the table with at most `rows` (two or more), evenly taken from first to last; the caption says so."""
    total = len(grid.rows)
    if total <= rows:
        return grid
    kept = tuple(grid.rows[at * (total - 1) // (rows - 1)] for at in range(rows))
    said = f"{rows} of {total:,} rows are shown here, evenly taken."
    return msgspec.structs.replace(grid, rows=kept, caption=f"{grid.caption} {said}".strip())


def table(grid: Grid, width: int) -> list[str]:
    """Return the table as lines of at most `width` columns, a line of dashes under its head."""
    widths = _widths(grid, width)
    if widths is None:
        return _stacked(grid, width)
    align: Sequence[Align] = grid.align or ["left"] * len(grid.columns)
    ruler = GAP.join("-" * column for column in widths)
    body = [line for row in grid.rows for line in _row(row, widths, align)]
    return [*_row(grid.columns, widths, align), ruler, *body]


def _widths(grid: Grid, width: int) -> list[int] | None:
    """Return the columns' widths, or `None` where they cannot stand side by side."""
    needed = [max(1, *map(width_of, column)) for column in zip(grid.columns, *grid.rows, strict=True)]
    room = width - len(GAP) * (len(needed) - 1)
    if sum(needed) <= room:
        return needed
    # Figures are not broken; the columns of words share what is left, the narrow ones keeping what they need.
    words = [at for at in range(len(needed)) if not (grid.align and grid.align[at] == "right")]
    left = room - sum(needed[at] for at in range(len(needed)) if at not in words)
    for done, at in enumerate(sorted(words, key=lambda at: needed[at])):
        share = left // (len(words) - done)
        if needed[at] > share < NARROWEST:
            return None
        needed[at] = min(needed[at], share)
        left -= needed[at]
    return needed if left >= 0 else None


def _row(cells: Sequence[str], widths: Sequence[int], align: Sequence[Align]) -> list[str]:
    columns = [wrapped(cell, column) for cell, column in zip(cells, widths, strict=True)]
    lines = []
    for parts in zip_longest(*columns, fillvalue=""):
        placed = (_placed(part, column, side) for part, column, side in zip(parts, widths, align, strict=True))
        lines.append(GAP.join(placed).rstrip())
    return lines


def _placed(part: str, width: int, side: Align) -> str:
    blanks = " " * (width - width_of(part))
    return blanks + part if side == "right" else part + blanks


def _stacked(grid: Grid, width: int) -> list[str]:
    lines = []
    for row in grid.rows:
        pairs = [f"{name}: {cell}" for name, cell in zip(grid.columns, row, strict=True) if cell]
        lines.extend(wrapped("; ".join(pairs), width, "- "))
    return lines
