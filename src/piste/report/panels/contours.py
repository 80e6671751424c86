"""Lines of equal height on a grid, by marching squares (Lorensen & Cline 1987, in two dimensions)."""

from collections.abc import Iterator, Sequence

Line = tuple[float, float, float, float]
"""A straight piece from (x, y) to (x2, y2)."""


def lines(x: Sequence[float], y: Sequence[float], heights: Sequence[Sequence[float]], level: float) -> list[Line]:
    """Return the pieces at which `heights`, a row for each of `y`, cross `level`; cells with NaN have none.

    Along an edge of a cell the height is taken for a straight line. In a saddle the middle decides who is joined.
    """
    found: list[Line] = []
    for row in range(len(y) - 1):
        for column in range(len(x) - 1):
            corners = (
                heights[row][column],
                heights[row][column + 1],
                heights[row + 1][column + 1],
                heights[row + 1][column],
            )
            found.extend(_cell(x[column], y[row], x[column + 1], y[row + 1], corners, level))
    return found


def _cell(
    left: float, low: float, right: float, high: float, corners: tuple[float, float, float, float], level: float
) -> Iterator[Line]:
    if any(one != one for one in corners):
        return
    above = [one > level for one in corners]
    if all(above) or not any(above):
        return
    a, b, c, d = corners
    crossings = {
        "bottom": (_between(left, right, a, b, level), low),
        "right": (right, _between(low, high, b, c, level)),
        "top": (_between(left, right, d, c, level), high),
        "left": (left, _between(low, high, a, d, level)),
    }
    cut = [
        name
        for name, one, other in (("bottom", 0, 1), ("right", 1, 2), ("top", 3, 2), ("left", 0, 3))
        if above[one] != above[other]
    ]
    if len(cut) == 4:
        joined = (sum(corners) / 4 > level) == above[0]
        pairs = (("bottom", "right"), ("top", "left")) if joined else (("bottom", "left"), ("top", "right"))
    else:
        pairs = ((cut[0], cut[1]),)  # type: ignore[assignment]
    for one, other in pairs:
        yield (*crossings[one], *crossings[other])


def _between(start: float, end: float, first: float, second: float, level: float) -> float:
    return start + (end - start) * (level - first) / (second - first) if second != first else start
