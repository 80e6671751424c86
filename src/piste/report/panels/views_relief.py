"""A loss surface as a relief: cells of the grid in an oblique projection, drawn from the back to the front."""

import math
from collections.abc import Sequence

from piste.core.views import SurfaceRecord
from piste.report import charts
from piste.report.numbers import finite

_TURN = math.radians(35)
_TILT = 0.5  # how much of the depth is seen as height
_TALL = 0.55  # of the relief, as a share of its width
_HEIGHT = 420
_SIDE = 40  # cells along each side at most
COLOURS = ("#2f9bff", "#ff3fb4", "#e0431f", "#ff9f1c", "#9b6dff", "#2ec4a0")
"""Of the paths in their order; with a dark rim they show on all colours of the surface, in light and dark."""


def relief(seen: SurfaceRecord) -> charts.Spec:
    """Return the relief as a spec, with the paths lying on it."""
    heights = _Heights(seen)
    faces = _faces(seen, heights)
    colour = {
        "field": "level", "type": "quantitative", "legend": None,
        "scale": {"scheme": "viridis", "reverse": True, "domain": [0, 1]},
    }  # fmt: skip
    plain = {"type": "quantitative", "axis": None, "scale": {"zero": False, "nice": False}}
    place = {"x": {"field": "x", **plain}, "y": {"field": "y", **plain}}
    order = {"order": {"field": "corner", "type": "quantitative"}}
    mark = {
        "type": "line",
        "interpolate": "linear-closed",
        "strokeWidth": 0.4,
        "stroke": "black",
        "strokeOpacity": 0.35,
    }
    surface = {
        "data": {"values": faces},
        "mark": mark,
        "encoding": {**place, **order, "detail": {"field": "face"}, "fill": colour},
    }
    return {
        "width": "container",
        "height": _HEIGHT,
        "layer": [surface, *_paths(seen, heights, place)],
        "resolve": {"scale": {"color": "independent"}},
    }


class _Heights:
    """Where a place of the surface is drawn: the loss by its logarithm where all are positive, from 0 to 1."""

    def __init__(self, seen: SurfaceRecord) -> None:
        flat = [value for row in seen.losses for value in row if math.isfinite(value)]
        self._log = bool(flat) and min(flat) > 0
        known = [self._of(value) for value in flat] or [0.0]
        self._low, self._reach = min(known), (max(known) - min(known)) or 1.0
        self._x = (seen.x[0], (seen.x[-1] - seen.x[0]) or 1.0)
        self._y = (seen.y[0], (seen.y[-1] - seen.y[0]) or 1.0)

    def _of(self, loss: float) -> float:
        return math.log(loss) if self._log else loss

    def level(self, loss: float) -> float:
        """Return a loss as a share of the surface's height; 1 for one that is no finite number."""
        if not math.isfinite(loss) or (self._log and loss <= 0):
            return 1.0
        return min(max((self._of(loss) - self._low) / self._reach, 0.0), 1.0)

    def drawn(self, x: float, y: float, level: float) -> tuple[float, float]:
        """Return where a place at that height lies on the paper, the width of the surface being 1."""
        across = (x - self._x[0]) / self._x[1] - 0.5
        away = (y - self._y[0]) / self._y[1] - 0.5
        right = across * math.cos(_TURN) - away * math.sin(_TURN)
        back = across * math.sin(_TURN) + away * math.cos(_TURN)
        return right, _TILT * back + _TALL * level

    def outside(self, x: float, y: float) -> bool:
        """Return whether a place is not on the surface."""
        return not (0 <= (x - self._x[0]) / self._x[1] <= 1 and 0 <= (y - self._y[0]) / self._y[1] <= 1)


def _faces(seen: SurfaceRecord, heights: _Heights) -> list[dict[str, float | int | None]]:
    columns, rows = (_thinned(len(one)) for one in (seen.x, seen.y))
    cells = [(row, column) for row in range(len(rows) - 1) for column in range(len(columns) - 1)]
    # The farthest first: nearer cells hide them. Farther is up, and to the right as the surface is turned.
    cells.sort(key=lambda cell: -(cell[1] * math.sin(_TURN) + cell[0] * math.cos(_TURN)))
    values: list[dict[str, float | int | None]] = []
    for face, (row, column) in enumerate(cells):
        corners = [
            (rows[row], columns[column]),
            (rows[row], columns[column + 1]),
            (rows[row + 1], columns[column + 1]),
            (rows[row + 1], columns[column]),
        ]
        levels = [heights.level(seen.losses[up][left]) for up, left in corners]
        middle = round(sum(levels) / 4, 3)
        for corner, ((up, left), level) in enumerate(zip(corners, levels, strict=True)):
            x, y = heights.drawn(seen.x[left], seen.y[up], level)
            values.append({"face": face, "corner": corner, "x": finite(x, 4), "y": finite(y, 4), "level": middle})
    return values


def _thinned(count: int) -> Sequence[int]:
    step = -(-(count - 1) // _SIDE)
    places = list(range(0, count, max(step, 1)))
    return places if places[-1] == count - 1 else [*places, count - 1]


def _paths(seen: SurfaceRecord, heights: _Heights, place: charts.Spec) -> list[charts.Spec]:
    values = []
    for number, one in enumerate(seen.paths):
        part = 0
        for step, (x, y) in enumerate(zip(one.x, one.y, strict=True)):
            if not (math.isfinite(x) and math.isfinite(y)) or heights.outside(x, y):
                part += 1
                continue
            drawn = heights.drawn(x, y, heights.level(_beneath(seen, x, y)))
            named = {"series": one.name, "part": f"{number}.{part}", "step": step}
            values.append({**named, "x": finite(drawn[0]), "y": finite(drawn[1])})
    if not values:
        return []
    scale = {"domain": [one.name for one in seen.paths], "range": list(COLOURS)}
    colour = {"field": "series", "type": "nominal", "title": None, "scale": scale, "legend": None}
    order = {"order": {"field": "step", "type": "quantitative"}, "detail": {"field": "part"}}
    return [
        {
            "data": {"values": values},
            "mark": {"type": "line", "strokeWidth": 4, "color": "black", "opacity": 0.5},
            "encoding": {**place, **order},
        },
        {"data": {"values": values}, "mark": {"type": "line"}, "encoding": {**place, **order, "color": colour}},
        {
            "data": {"values": values},
            "mark": {"type": "point", "filled": True, "size": 18, "opacity": 1, "stroke": "black", "strokeWidth": 0.5},
            "encoding": {**place, "color": colour},
        },
    ]


def _beneath(seen: SurfaceRecord, x: float, y: float) -> float:
    """Return the surface's loss at a place, between its four neighbours (bilinear)."""
    column, across = _between(seen.x, x)
    row, up = _between(seen.y, y)
    low = seen.losses[row][column] * (1 - across) + seen.losses[row][column + 1] * across
    high = seen.losses[row + 1][column] * (1 - across) + seen.losses[row + 1][column + 1] * across
    return low * (1 - up) + high * up


def _between(values: Sequence[float], value: float) -> tuple[int, float]:
    place = (value - values[0]) / (values[1] - values[0])
    first = min(max(int(place), 0), len(values) - 2)
    return first, min(max(place - first, 0.0), 1.0)
