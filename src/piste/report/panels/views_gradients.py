"""Gradients through the training: how much reaches each parameter, how far it moves, which units fell silent."""

import math
from collections.abc import Sequence

from piste.core.panels import Align, Block, Chart, Grid, Text
from piste.core.watched import Look, WatchedRecord
from piste.report import charts
from piste.report.numbers import capitalised, count, finite, number

_ROW = 17  # pixels of a leaf's row
_COLUMNS = 60


def gradients(seen: WatchedRecord) -> tuple[Block, ...]:
    """Return heat maps over layers and steps; none where nothing was looked at."""
    if not seen.looks or not seen.leaves:
        return ()
    looks = _thinned(seen.looks)
    lead = Text(
        "Each row is one parameter array, from the inputs at the top to the outputs at the bottom; each column a "
        "moment of the training. A gradient that fades upwards vanishes on its way back; one that grows explodes. "
        "An update of about a thousandth of the weights each step is usual."
    )
    flow = [[one.gradients[leaf] for one in looks] for leaf in range(len(seen.leaves))]
    moved = [[_ratio(one.updates[leaf], one.weights[leaf]) for one in looks] for leaf in range(len(seen.leaves))]
    made: list[Block] = [lead, _map("Gradient flow", "2-norm of the gradient", seen.leaves, looks, flow)]
    made.append(_map("Updates", "2-norm of an update, as a share of the weights'", seen.leaves, looks, moved))
    for title, name in (("Silent units", "silent"), ("Saturated values", "saturated")):
        made.extend(_units(title, name, seen.layers, looks))
    return tuple(made)


def _thinned(looks: Sequence[Look]) -> Sequence[Look]:
    step = -(-len(looks) // _COLUMNS)
    return looks[::step] if (len(looks) - 1) % step == 0 else [*looks[::step], looks[-1]]


def _ratio(update: float, weight: float) -> float:
    return update / weight if weight else math.nan


def _map(title: str, what: str, leaves: Sequence[str], looks: Sequence[Look], rows: Sequence[Sequence[float]]) -> Chart:
    values = [
        {"leaf": leaf, "step": one.step, "value": finite(value), "text": number(value)}
        for leaf, row in zip(leaves, rows, strict=True)
        for one, value in zip(looks, row, strict=True)
        if math.isfinite(value) and value > 0
    ]
    legend = {"orient": "top", "gradientLength": 180, "title": what, "titleLimit": 400}
    colour = {
        "field": "value",
        "type": "quantitative",
        "scale": {"type": "log", "scheme": "viridis", "nice": False},
        "legend": legend,
    }
    known = [float(one["value"]) for one in values if one["value"]]
    said = f"{what}, from {number(min(known))} to {number(max(known))}." if known else f"{what}; all of them are 0."
    encoding = {**_place("leaf"), "color": colour, "tooltip": charts.tooltip(leaf="", step="step", text=what)}
    spec = charts.spec(values, height=_ROW * len(leaves), mark={"type": "rect"}, encoding=encoding)
    return Chart(title, capitalised(said), spec, _numbers(leaves, looks, rows))


def _numbers(leaves: Sequence[str], looks: Sequence[Look], rows: Sequence[Sequence[float]]) -> Grid:
    """Return each row at a few moments, the first and the last among them."""
    shown = sorted({round(at * (len(looks) - 1) / 5) for at in range(6)})
    body = tuple((leaf, *(number(row[at]) for at in shown)) for leaf, row in zip(leaves, rows, strict=True))
    align: list[Align] = ["right"] * len(shown)
    return Grid(("", *(f"step {count(looks[at].step)}" for at in shown)), body, ("left", *align))


def _place(field: str) -> charts.Spec:
    axis = {"labelAngle": 0, "labelOverlap": True, "ticks": False, "domain": False}
    return {
        "y": charts.axis(field, "nominal", None, axis={"labelLimit": 200, "domain": False, "ticks": False}),
        "x": charts.axis("step", "ordinal", "step", axis=axis),
    }


def _units(title: str, name: str, layers: Sequence[str], looks: Sequence[Look]) -> list[Chart]:
    """Return a heat map of shares; none where no layer has such units."""
    values = [
        {"leaf": layer, "step": one.step, "value": finite(share), "text": f"{share:.0%}"}
        for place, layer in enumerate(layers)
        for one in looks
        if math.isfinite(share := getattr(one, name)[place])
    ]
    if not values:
        return []
    colour = {
        "field": "value",
        "type": "quantitative",
        "scale": {"scheme": "oranges", "domain": [0, 1]},
        "legend": {"orient": "top", "gradientLength": 180, "format": ".0%"},
    }
    shown = list(dict.fromkeys(str(one["leaf"]) for one in values))
    encoding = {**_place("leaf"), "color": colour, "tooltip": charts.tooltip(leaf="", step="step", text="share")}
    spec = charts.spec(values, height=_ROW * len(shown), mark={"type": "rect"}, encoding=encoding)
    most = max(float(one["value"] or 0) for one in values)
    rows = [[getattr(one, name)[layers.index(layer)] for one in looks] for layer in shown]
    said = f"Share in each layer on the validation examples; {most:.0%} at most."
    return [Chart(title, said, spec, _numbers(shown, looks, rows))]
