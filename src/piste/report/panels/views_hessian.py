"""Curvature: the largest eigenvalues of the Hessian, and where the others lie."""

from piste.core.panels import Block, Chart, Fact, Facts, Grid, Text
from piste.core.views_inside import HessianRecord
from piste.report import charts
from piste.report.numbers import count, finite, number, percent


def hessian(seen: HessianRecord) -> tuple[Block, ...]:
    """Return the ends of the spectrum, the largest eigenvalues, and the density."""
    top = seen.largest[0]
    facts = (
        Fact("largest eigenvalue", number(top), "sharpness"),
        Fact("smallest eigenvalue", number(seen.smallest), "below 0 there is still a way down"),
        Fact("rate at which plain descent leaves the valley", number(2 / top) if top > 0 else "none", "2 / largest"),
        Fact("trace", number(seen.trace), f"estimated, over {count(seen.parameters)} parameters"),
    )
    lead = Text(
        f"The loss of {count(seen.examples)} examples curves most along these directions; {count(seen.steps)} products "
        "with the Hessian found them."
    )
    return (lead, Facts(facts, large=True), _table(seen), _density(seen))


def _table(seen: HessianRecord) -> Grid:
    rows = tuple(
        (str(place + 1), number(value, 5), number(residual, 2))
        for place, (value, residual) in enumerate(zip(seen.largest, seen.residuals, strict=True))
    )
    return Grid(("", "eigenvalue", "off by at most"), rows, ("right", "right", "right"))


def _density(seen: HessianRecord) -> Chart:
    values = [
        {
            "value": finite(value),
            "low": 1e-7,
            "share": finite(max(share, 1e-7)),
            "text": f"{number(value)}: {percent(share)}",
        }
        for value, share in zip(seen.values, seen.density, strict=True)
    ]
    x = charts.axis("value", "quantitative", "eigenvalue", axis={"tickCount": charts.TICKS})
    scale = {"type": "log", "domainMin": 1e-7}
    y = charts.axis("share", "quantitative", "share of the spectrum", scale=scale, axis={"tickCount": 5})
    spec = charts.spec(
        values,
        mark={"type": "rule", "strokeWidth": 3},
        encoding={"x": x, "y": y, "y2": {"field": "low"}, "tooltip": charts.tooltip(text="")},
    )
    said = "Each line stands for the eigenvalues around it; its height is their share of all, on a logarithmic scale."
    rows = tuple((number(value), percent(share)) for value, share in zip(seen.values, seen.density, strict=True))
    return Chart("The spectrum", said, spec, Grid(("eigenvalue", "share"), rows, ("right", "right")))
