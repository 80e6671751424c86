"""Vega-Lite specs for trials in the space of settings, drawn at their places: each setting stands on its own scale."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec

from piste.core.studied import AxisRecord
from piste.report.charts import LABEL, Rows, Spec, axis, spec, tooltip
from piste.report.study_charts import BAND, BEST, COLUMNS, within

BROKEN = (
    "indexof(datum.label, ' (') < 0 ? datum.label : [slice(datum.label, 0, indexof(datum.label, ' (')), "
    "slice(datum.label, indexof(datum.label, ' (') + 1)]"
)  # what a setting hangs on stands below it: "momentum", "(optimiser: sgd)"
ROWS = {
    "labelLimit": LABEL,
    "labelExpr": BROKEN,
    "labelPadding": 14,
    "domain": False,
    "ticks": False,
    "grid": True,
    "gridOpacity": 1,
}
ENDS = (-0.015, 1.015)  # of places, so that a point on the edge is drawn whole


def scaled(field: str, scale: AxisRecord, title: str | None, **parts: Any) -> Spec:
    """Return the encoding of places along one setting, with its round values for ticks."""
    shown = {"values": [place for place, _ in scale.ticks], "labelExpr": _labels(scale), "labelLimit": 80}
    turned = {"labelAngle": -35} if scale.options and sum(len(text) for _, text in scale.ticks) > 30 else {}
    return axis(
        field,
        "quantitative",
        title,
        scale={"domain": list(ENDS), "nice": False, "zero": False},
        axis={**shown, **turned, "grid": False},
        **parts,
    )


def _labels(scale: AxisRecord) -> str:
    """Return the expression that gives a tick its text: the one whose place is nearest."""
    texts = [msgspec.json.encode(text).decode() for _, text in scale.ticks]
    places = [place for place, _ in scale.ticks]
    between = [(first + second) / 2 for first, second in pairwise(places)]
    tests = [f"datum.value < {edge!r} ? {text} : " for edge, text in zip(between, texts, strict=False)]
    return "".join(tests) + (texts[-1] if texts else '""')


def slices(dots: Rows, curve: Rows, scale: AxisRecord, title: str, log: bool, domain: tuple[float, float]) -> Spec:
    """Return the loss of each trial at its place of one setting, and the mean over all others with its band.

    Fields place, value, best, levelled (drawn hollow) and text; of the curve place, value, low and high.
    """
    x = scaled("place", scale, scale.label)
    y = axis("value", "quantitative", title, scale=within(domain, log), axis={"tickCount": 4, "gridOpacity": 0.35})
    mark = "point" if scale.options else "line"
    drawn = {
        "type": mark,
        "clip": True,
        "color": "var(--series-1)",
        **({"filled": True, "size": 70, "opacity": 1} if scale.options else {}),
    }
    band = {"type": "rule", "strokeWidth": 2} if scale.options else {**BAND, "clip": True}
    shown = {"x": x, "tooltip": tooltip(text="trial")}
    chosen = {"condition": {"test": "datum.best", "value": BEST}, "value": "var(--series-6)"}
    large = {"condition": {"test": "datum.best", "value": 80}, "value": 18}
    clear = {"condition": {"test": "datum.best", "value": 1}, "value": 0.45}
    filled = {
        "condition": [{"test": "datum.best", "value": 1}, {"test": "datum.levelled", "value": 0}],
        "value": 0.45,
    }
    layers: list[Spec] = []
    if curve:
        data = {"values": list(curve)}
        layers = [
            {"data": data, "mark": band, "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}},
            {"data": data, "mark": drawn, "encoding": {"x": x, "y": y}},
        ]
    points = {
        "mark": {"type": "point", "clip": True, "strokeWidth": 1, "opacity": 1},
        "encoding": {
            **shown, "y": y, "fill": chosen, "stroke": chosen, "size": large, "fillOpacity": filled,
            "strokeOpacity": clear,
        },
    }  # fmt: skip
    return spec(dots, 190, layer=[*layers, points])


def parallel(lines: Rows, marks: Rows, scales: Sequence[AxisRecord]) -> Spec:
    """Return a line for each trial through its places, one row per setting, the better the darker.

    Fields trial, row, place, share (rank from 0, the best, to 1), best and text; of the marks row, place and text.
    """
    names = [scale.label for scale in scales]
    y = axis(
        "row",
        "nominal",
        None,
        axis=ROWS,
        scale={"domain": names, "padding": 0.4},
    ) | {"sort": names}
    x = axis("place", "quantitative", None, scale={"domain": [0, 1], "nice": False}, axis=None)
    y["scale"]["type"] = "point"
    chosen = {"condition": {"test": "datum.best", "value": BEST}, "value": "var(--series-1)"}
    wide = {"condition": {"test": "datum.best", "value": 3}, "value": 1}
    clear = axis(
        "share",
        "quantitative",
        None,
        legend=None,
        scale={"type": "pow", "exponent": 0.2, "domain": [0, 1], "range": [0.9, 0.02]},
    )
    trace = {
        "mark": {"type": "line"},
        "encoding": {
            "x": x,
            "y": y,
            "detail": {"field": "trial"},
            "order": {"field": "order", "type": "quantitative"},
            "opacity": clear,
            "color": chosen,
            "strokeWidth": wide,
            "tooltip": tooltip(text="trial"),
        },
    }
    text = {"type": "text", "dy": 12, "fontSize": 10.5, "color": "var(--ink)"}
    tick = {
        "data": {"values": list(marks)},
        "mark": text,
        "encoding": {"x": x, "y": y, "text": {"field": "text"}},
    }
    halo = {**tick, "mark": {**text, "stroke": "var(--paper)", "strokeWidth": 4, "strokeJoin": "round"}}
    dot = {
        "data": {"values": list(marks)},
        "mark": {"type": "tick", "thickness": 1.5, "size": 9, "color": "var(--soft-ink)", "orient": "vertical"},
        "encoding": {"x": x, "y": y},
    }
    return spec(lines, max(58 * len(names), 120), layer=[trace, halo, tick, dot])


def zoomed(dots: Rows, boxes: Rows, across: AxisRecord, up: AxisRecord) -> Spec:
    """Return the trials in the plane of two settings with the box of each round.

    Fields x, y, round, best and text; of the boxes low_x, high_x, low_y, high_y, round.
    """
    x, y = scaled("x", across, across.label), scaled("y", up, up.label)
    rounds = list(dict.fromkeys(row["round"] for row in boxes))
    color = axis(
        "round",
        "ordinal",
        None,
        scale={"domain": rounds, "range": _ramp(len(rounds))},
        legend={"columns": COLUMNS, "symbolType": "square", "symbolStrokeWidth": 0},
    )
    ends = {
        "x": {**x, "field": "low_x"},
        "x2": {"field": "high_x"},
        "y": {**y, "field": "low_y"},
        "y2": {"field": "high_y"},
    }
    frame = {
        "data": {"values": list(boxes)},
        "mark": {"type": "rect", "fillOpacity": 0.05, "strokeWidth": 2, "strokeOpacity": 0.9},
        "encoding": {**ends, "stroke": color, "color": color, "tooltip": tooltip(round="", text="")},
    }
    large = {"condition": {"test": "datum.best", "value": 130}, "value": 24}
    round_dot = {
        "mark": {"type": "point", "filled": True, "opacity": 0.85},
        "encoding": {"x": x, "y": y, "color": color, "size": large, "tooltip": tooltip(text="trial")},
    }
    return spec(dots, 340, layer=[frame, round_dot])


def narrowed(values: Rows, scale: AxisRecord, rounds: Sequence[str]) -> Spec:
    """Return the stretch of one setting that each round looked at: fields round, low, high and text."""
    x = scaled("low", scale, scale.label)
    y = axis("round", "nominal", None, axis={"domain": False, "ticks": False}) | {"sort": list(rounds)}
    mark = {"type": "rule", "strokeWidth": 7, "strokeCap": "butt"}
    return spec(
        values,
        18 * len(rounds),
        mark=mark,
        encoding={"x": x, "x2": {"field": "high"}, "y": y, "tooltip": tooltip(round="", text=scale.label)},
    )


def _ramp(size: int) -> list[str]:
    """Return colours from grey to the strongest, that stand out on light paper and on dark."""
    ends = ((150, 160, 170), (217, 98, 43))
    steps = [at / max(size - 1, 1) for at in range(size)]
    return ["#" + "".join(f"{round(a + (b - a) * step):02x}" for a, b in zip(*ends, strict=True)) for step in steps]
