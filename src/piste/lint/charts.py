"""Charts that show findings: Vega-Lite specs with their data inside, colours and fonts left to the page."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piste.core.findings import ShownChart

_HEIGHT = 200  # pixels
_BINS = 30

Rows = Sequence[Mapping[str, Any]]


def line(
    title: str, description: str, points: Mapping[str, Sequence[float]], *, log: str = "", share: bool = False
) -> ShownChart:
    """Return a line over two named lists of numbers, the horizontal one first; `log` names axes on a log scale."""
    (across, firsts), (up, seconds) = points.items()
    rows = [{across: one, up: round(float(other), 6)} for one, other in zip(firsts, seconds, strict=True)]
    vertical = {"format": "%"} if share else {}
    return _chart(
        title, description, rows, {"type": "line", "point": True},
        {
            "x": {"field": across, "type": "quantitative", "axis": {"tickMinStep": 1}, "scale": _scale("x" in log)},
            "y": {"field": up, "type": "quantitative", "axis": vertical, "scale": _scale("y" in log)},
        },
    )  # fmt: skip


def bars(title: str, description: str, counts: Mapping[str, float], *, axis: str) -> ShownChart:
    """Return one bar for each name, in the order given."""
    rows = [{"name": name, axis: round(float(value), 6)} for name, value in counts.items()]
    return _chart(
        title, description, rows, {"type": "bar", "tooltip": True},
        {
            "y": {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 140}},
            "x": {"field": axis, "type": "quantitative"},
        },
        height=max(26 * len(rows), 60),
    )  # fmt: skip


def densities(title: str, description: str, sides: Mapping[str, NDArray[Any]], *, axis: str) -> ShownChart:
    """Return the distributions of several named lists of numbers over each other, as shares of each list."""
    given = {name: values[np.isfinite(values)].astype(np.float64) for name, values in sides.items()}
    whole = np.concatenate(list(given.values()))
    low, high = np.quantile(whole, [0.005, 0.995])
    edges = np.linspace(low, high if high > low else low + 1.0, _BINS + 1)
    # The column's name may hold dots and brackets, which have a meaning in the name of a field.
    rows = [
        {"value": round(float(middle), 6), "share": round(float(share), 6), "split": name}
        for name, values in given.items()
        for middle, share in zip((edges[1:] + edges[:-1]) / 2, _shares(values, edges), strict=True)
    ]
    return _chart(
        title, description, rows, {"type": "area", "interpolate": "step", "opacity": 0.45},
        {
            "x": {"field": "value", "type": "quantitative", "title": axis, "scale": {"zero": False}},
            "y": {"field": "share", "type": "quantitative", "stack": None, "axis": {"format": "%"}},
            "color": {"field": "split", "type": "nominal", "sort": None, "title": None},
        },
    )  # fmt: skip


def tiles(title: str, description: str, values: NDArray[np.float64], *, what: str) -> ShownChart:
    """Return a grid of tiles (R, C), each coloured by its share."""
    rows = [{"row": row, "column": column, what: round(float(one), 6)} for (row, column), one in np.ndenumerate(values)]
    return _chart(
        title, description, rows, {"type": "rect", "tooltip": True},
        {
            "x": {"field": "column", "type": "ordinal", "axis": None},
            "y": {"field": "row", "type": "ordinal", "axis": None},
            "color": {"field": what, "type": "quantitative", "legend": {"format": "%"}},
        },
    )  # fmt: skip


def _chart(title: str, description: str, rows: Rows, mark: Any, encoding: Any, height: int = _HEIGHT) -> ShownChart:
    spec = {"data": {"values": list(rows)}, "width": "container", "height": height, "mark": mark, "encoding": encoding}
    return ShownChart(title, description, spec)


def _scale(log: bool) -> dict[str, Any]:
    return {"type": "log"} if log else {"zero": False}


def _shares(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return counts / max(len(values), 1)
