"""Activations by layer: how they are spread through the depth and through the training."""

import math

from piste.core.panels import Block, Chart, Grid, Text
from piste.core.views import LayerRecord, LayersRecord
from piste.report import charts
from piste.report.numbers import ABSENT, count, finite, number, percent

DRAWN = 40
_NAMED = 12  # silent units that are named


def layers(seen: LayersRecord) -> tuple[Block, ...]:
    """Return the spread through the depth, a histogram for each layer, and a table."""
    small = [_histogram(seen, layer) for layer in seen.layers[:DRAWN]]
    rest = len(seen.layers) - DRAWN
    more = (Text(f"{count(rest)} more layers are not drawn.", "note"),) if rest > 0 else ()
    lead = Text(
        f"What each layer gives for {count(seen.examples)} examples of the {seen.split} split. A healthy signal keeps "
        "its spread through the depth; a unit that always says the same carries nothing on."
    )
    return (lead, _depth(seen), _table(seen), *small, *more)


def _depth(seen: LayersRecord) -> Chart:
    values = [
        {
            "layer": layer.path,
            "value": finite(layer.deviation[place]),
            "series": moment,
            "text": number(layer.deviation[place]),
        }
        for place, moment in enumerate(seen.moments)
        for layer in seen.layers
    ]
    positive = [one for one in values if one["value"]]
    axis = {"labelAngle": -40, "labelLimit": 110, "labelFontSize": 10}
    spec = charts.spec(
        positive,
        mark={"type": "line", "point": True},
        encoding={
            "x": charts.axis("layer", "nominal", None, axis=axis),
            "y": charts.axis(
                "value", "quantitative", "standard deviation", scale={"type": "log"}, axis={"tickCount": 4}
            ),
            "color": charts.axis("series", "nominal", None, legend={"labelLimit": 240}),
            "tooltip": charts.tooltip(layer="layer", series="moment", text="deviation"),
        },
    )
    rows = tuple((layer.path, *(number(value) for value in layer.deviation)) for layer in seen.layers)
    said = "Standard deviation of each layer's outputs, at each moment."
    return Chart("Spread through the depth", said, spec, Grid(("layer", *seen.moments), rows))


def _histogram(seen: LayersRecord, layer: LayerRecord) -> Chart:
    values = []
    for place, moment in enumerate(seen.moments):
        total = max(sum(layer.counts[place]), 1)
        for low, high, found in zip(layer.edges, layer.edges[1:], layer.counts[place], strict=False):
            values.append({"x": finite((low + high) / 2, 4), "value": finite(found / total, 4), "series": moment})
    spec = charts.spec(
        values,
        height=110,
        mark={"type": "line", "interpolate": "step", "strokeWidth": 1.5},
        encoding={
            "x": charts.axis("x", "quantitative", None, scale={"zero": False, "nice": False}, axis={"tickCount": 4}),
            "y": charts.axis(
                "value", "quantitative", None, scale={"type": "sqrt"}, axis={"format": ".0%", "tickCount": 3}
            ),
            "color": {**charts.axis("series", "nominal", None), "legend": None},
        },
    )
    kind = f"{layer.kind}, {' × '.join(map(str, layer.shape))}"
    rows = tuple(
        (moment, number(layer.mean[at]), number(layer.deviation[at]), percent(layer.zero[at]))
        for at, moment in enumerate(seen.moments)
    )
    numbers = Grid(("moment", "mean", "deviation", "zeros"), rows, ("left", "right", "right", "right"))
    return Chart(f"{layer.path} ({kind})", "Histogram of its outputs at each moment.", spec, numbers, "small")


def _table(seen: LayersRecord) -> Grid:
    rows = tuple(
        (
            layer.path,
            layer.kind,
            " × ".join(map(str, layer.shape)),
            number(layer.mean[-1]),
            number(layer.deviation[-1]),
            percent(layer.zero[-1]),
            _units(layer.silent[-1]),
            ABSENT if math.isnan(layer.saturated[-1]) else percent(layer.saturated[-1]),
        )
        for layer in seen.layers
    )
    columns = ("layer", "kind", "outputs", "mean", "deviation", "zeros", "units that always say the same", "saturated")
    return Grid(
        columns,
        rows,
        ("left", "left", "left", "right", "right", "right", "left", "right"),
        f"The network as it was kept: {seen.moments[-1]}.",
    )


def _units(silent: tuple[int, ...]) -> str:
    if not silent:
        return "none"
    more = f" and {count(len(silent) - _NAMED)} more" if len(silent) > _NAMED else ""
    return f"{count(len(silent))}: {', '.join(map(str, silent[:_NAMED]))}{more}"
