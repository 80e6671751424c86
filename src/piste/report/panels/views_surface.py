"""The loss surface: seen from above with lines of equal loss and the ways of trainings, and as a relief."""

import math
from typing import Any

from piste.core.panels import Block, Chart, Grid, Text
from piste.core.views import PathRecord, SurfaceRecord
from piste.report import charts
from piste.report.numbers import brief, finite, number, percent
from piste.report.panels.contours import lines
from piste.report.panels.views_relief import COLOURS, relief

_HEIGHT = 440
_LEVELS = 12


def surface(seen: SurfaceRecord) -> tuple[Block, ...]:
    """Return both charts, and a table of the paths."""
    return (
        Text(
            "Every place is a network: the trained one lies at the star, and away from it the weights change along two "
            "directions. Colour and lines are the loss there; a path is the way of a training from its first weights."
        ),
        Chart("From above", _described(seen), _above(seen), _numbers(seen)),
        Chart(
            "As a relief",
            "The same surface seen from the side, high where the loss is large.",
            relief(seen),
            _grid(seen),
        ),
    )


def _described(seen: SurfaceRecord) -> str:
    flat = [value for row in seen.losses for value in row if math.isfinite(value)]
    if not flat:
        return "No loss on this plane is a finite number."
    low = min(flat)
    return f"Loss from {number(low)} to {number(max(flat))} on {len(seen.x)} by {len(seen.y)} places."


def _grid(seen: SurfaceRecord) -> Grid:
    """Return the loss at a few places, from the top left."""
    rows, columns = (sorted({round(at * (len(one) - 1) / 6) for at in range(7)}) for one in (seen.y, seen.x))
    body = tuple((number(seen.y[row]), *(number(seen.losses[row][at]) for at in columns)) for row in reversed(rows))
    return Grid(("loss", *(number(seen.x[at]) for at in columns)), body)


def _numbers(seen: SurfaceRecord) -> Grid:
    if not seen.paths:
        return _grid(seen)
    rows = tuple(
        (
            one.name,
            number(one.losses[0]),
            number(min((loss for loss in one.losses if math.isfinite(loss)), default=math.nan)),
            number(one.losses[-1]),
            f"{one.epochs[-1]:g}",
            percent(_mean(one)),
        )
        for one in seen.paths
    )
    columns = ("path", "first loss", "lowest loss", "last loss", "epochs", "of the way beside the plane")
    return Grid(columns, rows, ("left", "right", "right", "right", "right", "right"))


def _mean(path: PathRecord) -> float:
    known = [value for value in path.away if math.isfinite(value)]
    return sum(known) / len(known) if known else math.nan


def _above(seen: SurfaceRecord) -> charts.Spec:
    x = charts.axis("x", "quantitative", seen.x_title, scale=_scale(seen.x), axis={"tickCount": charts.TICKS})
    y = charts.axis("y", "quantitative", seen.y_title, scale=_scale(seen.y), axis={"tickCount": 6})
    layers = [_heat(seen, x, y), _contours(seen, x, y), *_paths(seen, x, y), _star(seen, x, y)]
    return {
        "width": "container",
        "height": _HEIGHT,
        "layer": layers,
        "resolve": {"scale": {"color": "independent"}},
    }


def _scale(values: tuple[float, ...]) -> dict[str, Any]:
    half = (values[1] - values[0]) / 2
    return {"domain": [values[0] - half, values[-1] + half], "nice": False, "zero": False}


def _heat(seen: SurfaceRecord, x: charts.Spec, y: charts.Spec) -> charts.Spec:
    # A hair more than half a cell: neighbours overlap, so that no seam shows between them.
    wide, high = 0.51 * (seen.x[1] - seen.x[0]), 0.51 * (seen.y[1] - seen.y[0])
    values = [
        {
            "x": left - wide, "x2": left + wide, "y": low - high, "y2": low + high,
            "loss": finite(loss, 4), "text": number(loss),
        }
        for low, row in zip(seen.y, seen.losses, strict=True)
        for left, loss in zip(seen.x, row, strict=True)
        if math.isfinite(loss)
    ]  # fmt: skip
    positive = all(one["loss"] > 0 for one in values)  # type: ignore[operator]
    scale = {"type": "log" if positive else "linear", "scheme": "viridis", "reverse": True, "nice": False}
    colour = {
        "field": "loss",
        "type": "quantitative",
        "scale": scale,
        "title": "loss",
        "legend": {"orient": "right", "direction": "vertical", "gradientLength": _HEIGHT - 40, "title": "loss"},
    }
    encoding = {"x": x, "x2": {"field": "x2"}, "y": y, "y2": {"field": "y2"}, "color": colour}
    return {
        "data": {"values": values},
        "mark": {"type": "rect", "strokeWidth": 0},
        "encoding": {**encoding, "tooltip": charts.tooltip(text="loss")},
    }


def levels_of(seen: SurfaceRecord) -> tuple[float, ...]:
    """Return the losses at which lines are drawn: so that as much of the surface lies between each two."""
    flat = sorted(value for row in seen.losses for value in row if math.isfinite(value))
    if not flat or flat[0] == flat[-1]:
        return ()
    places = [round(len(flat) * (number + 1) / (_LEVELS + 1)) for number in range(_LEVELS)]
    return tuple(dict.fromkeys(flat[min(place, len(flat) - 1)] for place in places))


def _contours(seen: SurfaceRecord, x: charts.Spec, y: charts.Spec) -> charts.Spec:
    values = [
        {"x": one[0], "y": one[1], "x2": one[2], "y2": one[3]}
        for level in levels_of(seen)
        for one in lines(seen.x, seen.y, seen.losses, level)
    ]
    encoding = {"x": x, "y": y, "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    mark = {"type": "rule", "strokeWidth": 0.8, "color": "white", "opacity": 0.55}
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def _paths(seen: SurfaceRecord, x: charts.Spec, y: charts.Spec) -> list[charts.Spec]:
    if not seen.paths:
        return []
    values = [
        {
            "x": finite(left),
            "y": finite(up),
            "series": one.name,
            "step": step,
            "text": f"epoch {epoch:g}: {number(loss)}",
        }
        for one in seen.paths
        for step, (left, up, epoch, loss) in enumerate(zip(one.x, one.y, one.epochs, one.losses, strict=True))
        if math.isfinite(left) and math.isfinite(up)
    ]
    names = [one.name for one in seen.paths]
    colour = {
        "field": "series", "type": "nominal", "title": None,
        "scale": {"domain": names, "range": list(COLOURS)},
        "legend": {"orient": "top", "symbolType": "circle"},
    }  # fmt: skip
    place = {"x": x, "y": y, "color": colour, "detail": {"field": "series"}}
    order = {"order": {"field": "step", "type": "quantitative"}}
    dots = {
        "type": "point",
        "filled": True,
        "size": 22,
        "opacity": 1,
        "stroke": "black",
        "strokeWidth": 0.5,
        "clip": True,
    }
    return [
        {
            "data": {"values": values},
            "mark": {"type": "line", "strokeWidth": 4, "color": "black", "opacity": 0.5, "clip": True},
            "encoding": {"x": x, "y": y, "detail": {"field": "series"}, **order},
        },
        {
            "data": {"values": values},
            "layer": [
                {"mark": {"type": "line", "strokeWidth": 2, "clip": True}, "encoding": {**place, **order}},
                {"mark": dots, "encoding": {**place, "tooltip": charts.tooltip(series="path", text="loss")}},
            ],
        },
    ]


def _star(seen: SurfaceRecord, x: charts.Spec, y: charts.Spec) -> charts.Spec:
    values = [{"x": seen.here[0], "y": seen.here[1], "text": brief("the trained network")}]
    star = "M0,-1L0.29,-0.4L0.95,-0.31L0.48,0.15L0.59,0.81L0,0.5L-0.59,0.81L-0.48,0.15L-0.95,-0.31L-0.29,-0.4Z"
    mark = {"type": "point", "shape": star, "size": 160, "filled": True, "color": "white", "opacity": 1}
    return {
        "data": {"values": values},
        "mark": {**mark, "stroke": "black", "strokeWidth": 1},
        "encoding": {"x": x, "y": y, "tooltip": charts.tooltip(text="here")},
    }
