"""Vega-Lite specs for the shapes that reports need. Colours and fonts are left to the theme of the place
where a chart is drawn, so that the same spec serves a page, a notebook and a dark screen.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Spec = dict[str, Any]
Rows = Sequence[Mapping[str, Any]]

HEIGHT = 220  # pixels, of an ordinary chart
LABEL = 140  # pixels for the name of a row at most, so that a phone has room for the rest
TICKS = {"expr": "max(3, width / 60)"}


def spec(values: Rows, height: int = HEIGHT, **parts: Any) -> Spec:
    """Return a spec over `values` that takes the width of the place it is drawn in."""
    return {"data": {"values": list(values)}, "width": "container", "height": height, **parts}


def axis(field: str, kind: str, title: str | None, **parts: Any) -> Spec:
    """Return the encoding of `field` ("quantitative", "nominal" or "ordinal"), in the order of the data."""
    order = {} if kind == "quantitative" else {"sort": None}
    return {"field": field, "type": kind, "title": title, **order, **parts}


def tooltip(**titles: str) -> list[Spec]:
    """Return a tooltip of the fields named, as already formatted texts."""
    return [{"field": name, "type": "nominal", "title": title} for name, title in titles.items()]


def intervals(values: Rows, title: str, domain: tuple[float, float] | None = None) -> Spec:
    """Return dots with intervals, one row per entry: fields label, value, low, high, group and text."""
    scale = {"domain": list(domain)} if domain else {"zero": False, "nice": False, "padding": 8}
    y = axis("label", "nominal", None, axis={"labelLimit": LABEL, "domain": False, "ticks": False})
    x = {"title": title, "type": "quantitative", "scale": scale, "axis": {"tickCount": TICKS}}
    color = {"condition": {"test": "datum.group == 'baseline'", "value": "gray"}}
    shared = {"y": y, "color": color, "tooltip": tooltip(label="", text=title)}
    ends = {"x": {"field": "low", **x}, "x2": {"field": "high"}}
    return spec(
        values,
        height=26 * len(values),
        layer=[
            {"mark": {"type": "rule", "strokeWidth": 2.5, "strokeCap": "round"}, "encoding": {**shared, **ends}},
            {
                "mark": {"type": "point", "filled": True, "opacity": 1, "size": 70},
                "encoding": {**shared, "x": {"field": "value", **x}},
            },
        ],
        config={"axisX": {"grid": True}},
    )


def curves(values: Rows, title: str, best: float | None, log: bool = False, height: int = HEIGHT) -> Spec:
    """Return lines over epochs: fields epoch, value, series and text; the best epoch is marked."""
    epochs = sorted({row["epoch"] for row in values})
    several = len({row["series"] for row in values}) > 1
    scale = {"type": "log"} if log else {"zero": False}
    ticks: Spec = {"tickCount": TICKS}
    if all(epoch == int(epoch) for epoch in epochs):
        ticks |= {"tickMinStep": 1, "format": "d"}
    x = axis(
        "epoch",
        "quantitative",
        "epoch",
        scale={"zero": False, "nice": False},
        axis=ticks,
    )
    line = {
        "mark": {"type": "line", "point": len(epochs) <= 25},
        "encoding": {
            "x": x,
            "y": axis(
                "value",
                "quantitative",
                title,
                scale=scale,
                axis={"tickCount": 4, "gridOpacity": 0.35} if log else {"tickCount": 5},
            ),
            "color": axis("series", "nominal", None, legend={} if several else None),
            "tooltip": tooltip(series="", epoch="epoch", text=title),
        },
    }
    return spec(values, height, layer=[line, *_mark(best, epochs)])


def _mark(best: float | None, epochs: Sequence[float]) -> list[Spec]:
    if best is None or best not in epochs:
        return []
    right = best > (epochs[0] + epochs[-1]) / 2
    place = {"x": {"field": "epoch", "type": "quantitative"}}
    data = {"values": [{"epoch": best, "text": f"best: epoch {best}"}]}
    label = {"type": "text", "align": "right" if right else "left", "dx": 5 if right else -5, "y": -7, "fontSize": 11}
    return [
        {"data": data, "mark": {"type": "rule", "strokeDash": [4, 4], "color": "gray"}, "encoding": place},
        {"data": data, "mark": label, "encoding": {**place, "text": {"field": "text"}}},
    ]


def bars(values: Rows, title: str | None, stacked: bool = False) -> Spec:
    """Return horizontal bars: fields label, count, text and, where `stacked`, series and its order."""
    y = axis("label", "nominal", None, axis={"labelLimit": LABEL, "domain": False, "ticks": False})
    order = {"field": "order", "type": "quantitative"}
    color = {"color": axis("series", "nominal", None), "order": order} if stacked else {}
    labels = len({row["label"] for row in values})
    return spec(
        values,
        height=22 * labels,
        mark={"type": "bar", "cornerRadiusEnd": 2},
        encoding={
            "y": y,
            "x": axis("count", "quantitative", title, axis={"format": "~s", "tickMinStep": 1, "tickCount": TICKS}),
            "tooltip": tooltip(label="", text=title or "examples"),
            **color,
        },
        config={"axisX": {"grid": True}},
    )


def histogram(values: Rows, x_title: str | None, y_title: str | None, height: int = HEIGHT) -> Spec:
    """Return a histogram of bins already counted: fields low, high, count and text."""
    x = axis(
        "low",
        "quantitative",
        x_title,
        scale={"zero": False, "nice": False},
        axis={"format": "~s", "labelFlush": True, "tickCount": TICKS},
    )
    return spec(
        values,
        height,
        mark={"type": "bar", "binSpacing": 0.5},
        encoding={
            "x": {**x, "bin": {"binned": True}},
            "x2": {"field": "high"},
            "y": axis("count", "quantitative", y_title, axis={"format": "~s", "tickCount": 4}),
            "tooltip": tooltip(text=y_title or "examples"),
        },
    )


def matrix(values: Rows, classes: int) -> Spec:
    """Return a confusion matrix: fields truth, prediction, share, right, count and text."""
    upright = max(len(str(row["truth"])) for row in values) * classes <= 40  # letters that fit side by side on a phone
    size = {"expr": f"max(6, min(13, width / {2.6 * classes:g}))"}
    labels = {"labelLimit": 90, "domain": False, "ticks": False, "labelOverlap": False}
    cells = {
        "name": "cells",
        "mark": {"type": "rect", "cornerRadius": 2},
        "encoding": {
            "color": axis("right", "nominal", None, legend=None, scale={"domain": ["right", "wrong"]}),
            "opacity": axis("share", "quantitative", None, legend=None, scale=_shades()),
        },
    }
    numbers = {
        "mark": {"type": "text", "fontSize": size},
        "encoding": {
            "text": {"field": "count", "type": "nominal"},
            "color": {"condition": {"test": "datum.share > 0.3", "value": "white"}},
            "opacity": {"condition": {"test": "datum.share > 0", "value": 1}, "value": 0.35},
        },
    }
    place = {
        "x": axis(
            "prediction",
            "nominal",
            "prediction",
            axis={**labels, "orient": "top", "labelAngle": 0 if upright else -40},
        ),
        "y": axis("truth", "nominal", "truth", axis=labels),
        "tooltip": tooltip(truth="truth", prediction="prediction", text="examples"),
    }
    return spec(
        values, height=max(40 * classes if classes <= 6 else 32 * classes, 120), encoding=place, layer=[cells, numbers]
    )


def _shades() -> Spec:
    # The square root keeps a class's rare confusions visible beside its diagonal.
    return {"type": "pow", "exponent": 0.5, "domain": [0, 1], "range": [0, 1]}


def against_truth(values: Rows, name: str, low: float, high: float) -> Spec:
    """Return predictions against the truth with the line of perfect prediction: fields truth, prediction, text."""
    ends = {"values": [{"truth": low, "prediction": low}, {"truth": high, "prediction": high}]}
    scale = {"domain": [low, high], "nice": False, "zero": False}
    place = {
        "x": axis("truth", "quantitative", f"{name}: truth", scale=scale, axis={"format": "~s"}),
        "y": axis("prediction", "quantitative", f"{name}: prediction", scale=scale, axis={"format": "~s"}),
    }
    dots = {
        "mark": {"type": "point", "filled": True, "size": 18, "opacity": 0.35},
        "encoding": {**place, "tooltip": tooltip(text="truth, prediction")},
    }
    line = {
        "data": ends,
        "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1},
        "encoding": {**place, "color": {"value": "gray"}},
    }
    return spec(values, height=320, layer=[line, dots])


def reliability(values: Rows) -> Spec:
    """Return a calibration curve with intervals: fields predicted, observed, low, high and text."""
    diagonal = {"values": [{"predicted": 0, "observed": 0}, {"predicted": 1, "observed": 1}]}
    scale = {"domain": [0, 1]}
    share = {"format": ".0%"}
    x = axis("predicted", "quantitative", "predicted probability", scale=scale, axis=share)
    y = axis("observed", "quantitative", "observed frequency", scale=scale, axis=share)
    shared = {"x": x, "tooltip": tooltip(text="bin")}
    return spec(
        values,
        height=300,
        layer=[
            {
                "data": diagonal,
                "mark": {"type": "line", "strokeDash": [4, 4], "strokeWidth": 1},
                "encoding": {"x": x, "y": y, "color": {"value": "gray"}},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {**shared, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
            },
            {"mark": {"type": "line", "strokeWidth": 1.5}, "encoding": {"x": x, "y": y}},
            {"mark": {"type": "point", "filled": True, "opacity": 1, "size": 50}, "encoding": {**shared, "y": y}},
        ],
    )
