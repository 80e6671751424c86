"""The last hidden layer as a map of examples."""

import math

from piste.core.panels import Align, Block, Chart, Grid, Text
from piste.core.views_inside import EmbeddingRecord
from piste.report import charts
from piste.report.numbers import brief, count, finite, number, percent

_CLASSES = 12  # that have colours of their own
_HEIGHT = 460
_LISTED = 100


def embedding(seen: EmbeddingRecord) -> tuple[Block, ...]:
    """Return the map, a dot for each example, a cross where the network is wrong."""
    named = list(dict.fromkeys(seen.truth))
    numbers = len(named) > _CLASSES and all(_is_number(one) for one in named)
    values = [
        {
            "x": finite(x), "y": finite(y), "truth": float(truth) if numbers else brief(truth, 30),
            "right": numbers or truth == answer,
            "text": f"row {count(row)}: {brief(truth, 30)}, answer {brief(answer, 30)}",
        }
        for x, y, truth, answer, row in zip(seen.x, seen.y, seen.truth, seen.answers, seen.rows, strict=True)
    ]  # fmt: skip
    kind = "quantitative" if numbers else "nominal"
    colour: charts.Spec = {
        "field": "truth",
        "type": kind,
        "title": None,
        "legend": {"columns": 8, "labelLimit": 120, "symbolType": "circle"},
    }
    if not numbers:
        colour["scale"] = {"domain": sorted(brief(one, 30) for one in named)}
        if len(named) > 6:
            colour["scale"]["scheme"] = "tableau20"
    axis = {"labels": False, "ticks": False, "grid": False}
    titles = _titles(seen)
    spec = charts.spec(
        values,
        _HEIGHT,
        mark={"type": "point", "filled": True, "opacity": 0.8},
        encoding={
            "x": charts.axis("x", "quantitative", titles[0], scale={"zero": False}, axis=axis),
            "y": charts.axis("y", "quantitative", titles[1], scale={"zero": False}, axis=axis),
            "color": colour,
            "shape": {"condition": {"test": "datum.right", "value": "circle"}, "value": "cross"},
            "size": {"condition": {"test": "datum.right", "value": 36}, "value": 110},
            "tooltip": charts.tooltip(text=""),
        },
    )
    said = f"{count(len(values))} examples of the {seen.split} split by the outputs of {seen.layer}."
    lead = Text(
        "Each dot is an example, in the colour of what is true of it; near dots look alike to the network. A cross is "
        "one that it gets wrong: among dots of another colour it is mistaken for those, or its label is wrong."
    )
    return (lead, Chart(f"Outputs of {seen.layer}", said, spec, _numbers(seen, numbers=numbers)))


def _numbers(seen: EmbeddingRecord, *, numbers: bool) -> Grid:
    """Return the examples that it gets wrong, or the first ones where there are no classes or none is wrong."""
    every = list(zip(seen.rows, seen.truth, seen.answers, seen.x, seen.y, strict=True))
    wrong = [one for one in every if not numbers and one[1] != one[2]]
    rows = tuple(
        (count(row), brief(truth, 40), brief(answer, 40), number(x), number(y))
        for row, truth, answer, x, y in (wrong or every)[:_LISTED]
    )
    caption = "Those that it gets wrong." if wrong else f"The first {count(len(rows))}."
    align: tuple[Align, ...] = ("right", "left", "left", "right", "right")
    return Grid(("row", "truth", "answer", "across", "up"), rows, align, caption)


def _titles(seen: EmbeddingRecord) -> tuple[str, str]:
    if not seen.shares:
        return ("UMAP 1", "UMAP 2")
    first, second = (percent(share) for share in seen.shares)
    return (f"first principal direction ({first} of the variance)", f"second ({second})")


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
