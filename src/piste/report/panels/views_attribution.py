"""Why the network answers as it does: each example with what its columns, pixels, steps or words count."""

import math

from piste.core.panels import Align, Block, Chart, Grid, Picture, Pictures, Text
from piste.core.views import AttributionRecord, AttributionsRecord, ExplainedRecord
from piste.report import charts
from piste.report.numbers import brief, capitalised, count, finite, number, percent

MOST = 24  # columns or words that are drawn
_MEANING = {
    "gradient": "how fast the output changes with the input",
    "gradient times input": "that slope times the way from the baseline",
    "integrated gradients": "slopes averaged on the way from the baseline, which add up to the difference",
    "Grad-CAM": "where the last feature maps speak for the answer",
    "occlusion": "how much the output falls where a part is hidden",
}


def attribution(seen: AttributionsRecord) -> tuple[Block, ...]:
    """Return, for each example, its facts and what counts by each method."""
    blocks: list[Block] = [Text("Red speaks for the answer that is explained, blue against it.")]
    for one in seen.examples:
        blocks.append(Text(_headline(one, seen.split), "lead"))
        blocks.extend(_drawn(one, seen.kind))
    return tuple(blocks)


def _headline(one: ExplainedRecord, split: str) -> str:
    sure = "" if math.isnan(one.confidence) else f", {percent(one.confidence, 3)} sure"
    right = "which is right" if one.truth == one.answer else f"truth: {brief(one.truth)}"
    return (
        f"Row {count(one.row)} of the {split} split: {brief(one.answer)}{sure}; {right}. Output for "
        f"{brief(one.explained)}: {number(one.output)}, of the baseline {number(one.compared)}."
    )


def _drawn(one: ExplainedRecord, kind: str) -> tuple[Block, ...]:
    if kind == "pictures":
        pictures = [Picture(one.picture, f"Row {one.row}", ("as it is",))]
        pictures += [Picture(each.picture, f"Row {one.row}: {each.method}", _under(each)) for each in one.attributions]
        return (Pictures(tuple(pictures)),)
    if kind == "sequences":
        return tuple(_sequence(one, each) for each in one.attributions)
    return (_bars(one), _table(one))


def _under(one: AttributionRecord) -> tuple[str, ...]:
    gap = () if math.isnan(one.gap) else (f"gap {percent(one.gap)}",)
    return (one.method, _MEANING[one.method], *gap)


def _bars(one: ExplainedRecord) -> Chart:
    """Return bars of integrated gradients, the largest first for columns, in their order for words."""
    chosen = next(each for each in one.attributions if each.method == "integrated gradients")
    named = list(zip(_labels(one), chosen.values[0], strict=True))
    largest = sorted(named, key=lambda pair: -abs(pair[1]))[:MOST]
    shown = largest if one.values else [pair for pair in named if pair in largest]
    values = [
        {"label": label, "value": finite(value), "text": number(value), "sign": "for" if value > 0 else "against"}
        for label, value in shown
    ]
    axis = {"labelLimit": 240, "domain": False, "ticks": False}
    scale = {"domain": ["for", "against"], "range": ["#c8382c", "#2f6fd0"]}
    spec = charts.spec(
        values,
        height=20 * max(len(values), 1),
        mark={"type": "bar", "cornerRadiusEnd": 2},
        encoding={
            "y": charts.axis("label", "nominal", None, axis=axis),
            "x": charts.axis("value", "quantitative", "counts for the output", axis={"tickCount": charts.TICKS}),
            "color": {"field": "sign", "type": "nominal", "title": None, "scale": scale},
            "tooltip": charts.tooltip(label="", text="counts"),
        },
    )
    said = f"Integrated gradients; the gap to completeness is {percent(chosen.gap)}."
    return Chart(f"What counts for {brief(one.explained)}", said, spec)


def _labels(one: ExplainedRecord) -> list[str]:
    if one.values:
        return [f"{brief(name, 30)} = {brief(value, 24)}" for name, value in zip(one.names, one.values, strict=True)]
    return [f"{place + 1} {brief(name, 30)}" for place, name in enumerate(one.names)]


def _table(one: ExplainedRecord) -> Grid:
    rows = tuple(
        (label, *(number(each.values[0][place]) for each in one.attributions))
        for place, label in enumerate(_labels(one))
    )
    columns = ("", *(each.method for each in one.attributions))
    right: list[Align] = ["right"] * len(one.attributions)
    return Grid(columns, rows, ("left", *right), f"Row {count(one.row)}: every method", folded=True)


def _sequence(one: ExplainedRecord, each: AttributionRecord) -> Chart:
    """Return the channels as lines over a strip of what each step counts."""
    size = max((abs(value) for value in each.values[0]), default=0.0) or 1.0
    steps = [
        {
            "step": place + 0.5,
            "end": place + 1.5,
            "value": finite(value),
            "share": finite(value / size),
            "text": number(value),
        }
        for place, value in enumerate(each.values[0])
    ]
    lines = [
        {"step": place + 1, "value": finite(value), "series": f"channel {channel + 1}"}
        for channel, row in enumerate(one.lines)
        for place, value in enumerate(row)
        if math.isfinite(value)
    ]
    x = charts.axis(
        "step", "quantitative", "step", scale={"nice": False, "zero": False, "domain": [0.5, len(steps) + 0.5]}
    )
    y = charts.axis("value", "quantitative", None, scale={"zero": False}, axis={"tickCount": 4})
    colour = {
        "field": "share",
        "type": "quantitative",
        "legend": None,
        "scale": {"domain": [-1, 0, 1], "range": ["#2f6fd0", "#ffffff00", "#c8382c"]},
    }
    several = {"color": charts.axis("series", "nominal", None)} if len(one.lines) > 1 else {}
    spec = {
        "width": "container",
        "height": 130,
        "layer": [
            {
                "data": {"values": steps},
                "mark": {"type": "rect", "opacity": 0.6},
                "encoding": {"x": x, "x2": {"field": "end"}, "color": colour, "tooltip": charts.tooltip(text="counts")},
            },
            {"data": {"values": lines}, "mark": {"type": "line"}, "encoding": {"x": x, "y": y, **several}},
        ],
        "resolve": {"scale": {"color": "independent"}},
    }
    gap = "" if math.isnan(each.gap) else f" Gap to completeness {percent(each.gap)}."
    title = each.method[0].upper() + each.method[1:]
    said = f"{capitalised(_MEANING[each.method])}.{gap}"
    rows = tuple((str(place + 1), number(value)) for place, value in enumerate(each.values[0]))
    return Chart(title, said, spec, Grid(("step", "counts"), rows, ("right", "right")), "half")
