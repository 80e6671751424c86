"""Vega-Lite specs for the course of a search, and for what mattered in it."""

from piste.report.charts import LABEL, TICKS, Rows, Spec, axis, spec, tooltip

BAND = {"type": "area", "opacity": 0.18, "line": False}
FAINT = {"type": "point", "filled": True, "size": 14, "opacity": 0.3, "color": "var(--series-6)"}
BEST = "var(--series-2)"
COLUMNS = {"expr": "max(2, floor(width / 120))"}  # of a legend


def best_so_far(dots: Rows, steps: Rows, band: Rows, title: str, domain: tuple[float, float]) -> Spec:
    """Return the score of each trial, the best so far, and what may be believed of it.

    Fields trial, value and text; of the band trial, value, low, high and text; `series` of steps and band.
    """
    x = axis("trial", "quantitative", "trials", scale={"nice": False}, axis={"tickCount": TICKS, "tickMinStep": 1})
    y = axis("value", "quantitative", title, scale=within(domain))
    color = axis("series", "nominal", None, legend={"labelLimit": 260, "columns": COLUMNS} if band else None)
    shared = {"x": x, "tooltip": tooltip(trial="trial", text=title)}
    layers: list[Spec] = [
        {"data": {"values": list(dots)}, "mark": {**FAINT, "clip": True}, "encoding": {**shared, "y": y}}
    ]
    if band:
        ends = {"y": {**y, "field": "low"}, "y2": {"field": "high"}}
        data = {"values": list(band)}
        layers.append({"data": data, "mark": {**BAND, "clip": True}, "encoding": {**shared, **ends, "color": color}})
        mark = {"type": "line", "point": True, "strokeDash": [4, 3]}
        layers.append({"data": data, "mark": mark, "encoding": {**shared, "y": y, "color": color}})
    mark = {"type": "line", "interpolate": "step-after", "clip": True}
    layers.append({"mark": mark, "encoding": {**shared, "y": y, "color": color}})
    return spec(steps, 240, layer=layers)


def surviving(values: Rows, rounds: int) -> Spec:
    """Return how many trials are still in training after each round: fields round, count and text."""
    x = axis(
        "round",
        "quantitative",
        "round",
        scale={"domain": [0, rounds], "nice": False},
        axis={"tickCount": TICKS, "tickMinStep": 1},
    )
    y = axis("count", "quantitative", "trials in training", scale={"zero": True}, axis={"tickMinStep": 1})
    mark = {"type": "area", "interpolate": "step-after", "opacity": 0.25, "line": True}
    return spec(values, mark=mark, encoding={"x": x, "y": y, "tooltip": tooltip(round="round", text="trials")})


def courses(values: Rows, title: str, log: bool, domain: tuple[float, float]) -> Spec:
    """Return the course of each trial over its rounds: fields trial, round, value, group and text."""
    x = axis(
        "round",
        "quantitative",
        "round",
        scale={"zero": False, "nice": False},
        axis={"tickCount": TICKS, "tickMinStep": 1},
    )
    y = axis("value", "quantitative", title, scale=within(domain, log), axis={"tickCount": 5, "gridOpacity": 0.35})
    strong = {"condition": {"test": "datum.group == 'the best'", "value": 1}, "value": 0.25}
    wide = {"condition": {"test": "datum.group == 'the best'", "value": 2.5}, "value": 1}
    return spec(
        values,
        mark={"type": "line", "clip": True},
        encoding={
            "x": x,
            "y": y,
            "detail": {"field": "trial"},
            "color": axis("group", "nominal", None, scale=_groups(values), legend={"columns": COLUMNS}),
            "opacity": strong,
            "strokeWidth": wide,
            "tooltip": tooltip(trial="trial", round="round", text=title),
        },
    )


def within(domain: tuple[float, float], log: bool = False) -> Spec:
    """Return the scale of a range; what lies outside is drawn at its edge."""
    kind: Spec = {"type": "log"} if log else {"type": "linear", "zero": False}
    return {**kind, "domain": list(domain), "nice": False, "clamp": True}


_COLOURS = {
    "trained to the end": "var(--series-1)",
    "stopped": "var(--series-6)",
    "diverged": "var(--series-4)",
    "the best": BEST,
}


def _groups(values: Rows) -> Spec:
    there = {row["group"] for row in values}
    names = [name for name in _COLOURS if name in there]
    return {"domain": names, "range": [_COLOURS[name] for name in names]}


def importance(values: Rows, floor: float) -> Spec:
    """Return bars with intervals: fields label, share, low, high and text; the floor is a dashed line."""
    y = axis("label", "nominal", None, axis={"labelLimit": LABEL, "domain": False, "ticks": False})
    x = axis(
        "share",
        "quantitative",
        "share of the variance of the loss",
        scale={"domain": [0, min(1.0, max(row["high"] for row in values))]},
        axis={"format": ".0%", "tickCount": TICKS},
    )
    shared = {"y": y, "tooltip": tooltip(label="", text="share")}
    ends = {"x": {**x, "field": "low"}, "x2": {"field": "high"}}
    line = {
        "data": {"values": [{"share": floor}]},
        "mark": {"type": "rule", "strokeDash": [4, 4], "color": "gray"},
        "encoding": {"x": x},
    }
    return spec(
        values,
        26 * len(values),
        layer=[
            {"mark": {"type": "bar", "cornerRadiusEnd": 2, "height": 14}, "encoding": {**shared, "x": x}},
            {"mark": {"type": "rule", "strokeWidth": 2, "color": "var(--ink)"}, "encoding": {**shared, **ends}},
            line,
        ],
        config={"axisX": {"grid": True}},
    )
