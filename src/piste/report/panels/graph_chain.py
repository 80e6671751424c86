"""The chain rule for one weight: its heaviest paths as a picture, and the way through the layers as a table."""

from typing import Any

from piste.core.graph_words import counted, number
from piste.core.graphs import ChainRecord, PathRecord
from piste.core.panels import Align, Block, Chart, Fact, Facts, Grid, Panel, Text
from piste.report.charts import spec, tooltip

_SHOWN = 4  # paths in the picture


def chain_panel(chain: ChainRecord) -> Panel:
    """Return the derivation as a panel."""
    facts = (
        Fact("derivative", number(chain.gradient)),
        Fact("weight", number(chain.value)),
        Fact("loss", number(chain.loss)),
    )
    blocks: list[Block] = [Facts(facts, large=True), Text(chain.why or counted(chain))]
    if chain.paths:
        blocks += [_picture(chain), *(_table(place, one) for place, one in enumerate(chain.paths, 1))]
    blocks.append(_stations(chain))
    return Panel("chain", f"The chain rule for {chain.weight}", tuple(blocks))


def _picture(chain: ChainRecord) -> Chart:
    places, steps = [], []
    for row, path in enumerate(chain.paths[:_SHOWN], 1):
        name = f"path {row}: {number(path.product)}"
        places.append({"row": name, "step": 0, "name": chain.weight, "text": number(chain.value)})
        for step, one in enumerate(path.factors, 1):
            places.append({"row": name, "step": step, "name": one.target, "text": number(one.target_value)})
            said = {"row": name, "step": step - 0.5, "text": f"× {number(one.derivative)}", "rule": one.rule}
            steps.append({**said, "name": f"{one.source} to {one.target}"})
    where = {"y": {"field": "row", "type": "nominal", "title": None, "sort": None, "axis": {"domain": False}}}
    across = {"field": "step", "type": "quantitative", "title": None, "axis": None, "scale": {"padding": 20}}
    drawing: dict[str, Any] = spec(
        places,
        height=90 * min(len(chain.paths), _SHOWN),
        encoding={**where, "x": across},
        layer=[
            {"mark": {"type": "line", "opacity": 0.4}, "encoding": {"detail": {"field": "row"}}},
            {
                "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                "encoding": {"tooltip": tooltip(name="", text="value")},
            },
            {"mark": {"type": "text", "dy": 16, "fontSize": 10}, "encoding": {"text": {"field": "text"}}},
            {
                "data": {"values": steps},
                "mark": {"type": "text", "dy": -12, "fontSize": 10},
                "encoding": {
                    **where, "x": across, "text": {"field": "text"},
                    "tooltip": tooltip(name="", text="local derivative", rule="rule"),
                },
            },
        ],
    )  # fmt: skip
    return Chart(
        "The heaviest paths",
        "Each row is a path from the weight, left, to the loss, right: values below the line, local derivatives above.",
        drawing,
    )


def _table(place: int, path: PathRecord) -> Grid:
    rows = tuple(
        (one.source, one.target, number(one.source_value), number(one.target_value), number(one.derivative), one.rule)
        for one in path.factors
    )
    columns = ("from", "to", "value before", "value after", "local derivative", "rule")
    align: tuple[Align, ...] = ("left", "left", "right", "right", "right", "left")
    return Grid(columns, rows, align, f"Path {place}: product {number(path.product)}", folded=True)


def _stations(chain: ChainRecord) -> Grid:
    rows = tuple(
        (one.name, "x".join(map(str, one.shape)) or "1", number(one.moves), number(one.gradient), number(one.product))
        for one in chain.stations
    )
    columns = ("through", "shape", "moves per unit of the weight", "gradient there", "their product")
    caption = "Through the layers: moves and gradient multiplied and added up give the derivative at every one"
    return Grid(columns, rows, ("left", "right", "right", "right", "right"), caption)
