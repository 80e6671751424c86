"""The graph of a loss, folded by layers: a picture of the layers, and a table of the values in each."""

from piste.core.graph_tree import in_group, numbers, shape
from piste.core.graph_words import number
from piste.core.graphs import GraphRecord, GroupRecord, NodeKind, NodeRecord
from piste.core.panels import Align, Block, Chart, Fact, Facts, Grid, Panel, Text
from piste.report.charts import axis, spec, tooltip

_COLUMNS = ("value", "operation", "shape", "mean", "deviation", "zeros", "gradient", "written in")
_ALIGN: tuple[Align, ...] = ("left", "left", "right", "right", "right", "right", "right", "left")
_MOST = 400  # rows of a table


def graph_panel(graph: GraphRecord) -> Panel:
    """Return the graph as a panel: facts, the gradient through the layers, and each layer to unfold."""
    facts = (
        Fact("loss", number(graph.loss)),
        Fact("values", f"{len(graph.nodes):,}"),
        Fact("weights", f"{graph.groups[0].weights:,}"),
        Fact("kept", f"{graph.kept.mebibytes:.1f} MiB"),
    )
    blocks: list[Block] = [Facts(facts, large=True), Text(graph.kept.words, "note"), _flow(graph)]
    blocks += [Text(note, "note") for note in graph.notes]
    blocks += [_table(graph, one) for one in _outer(graph)]
    loose = [one for one in graph.nodes if one.group == 0]
    if loose:
        blocks.append(_grid(f"Outside of layers: {len(loose)} values", loose))
    return Panel("graph", f"The graph: {graph.title}", tuple(blocks))


def _outer(graph: GraphRecord) -> list[GroupRecord]:
    return [one for one in graph.groups if one.parent == 0]


def _flow(graph: GraphRecord) -> Chart:
    rows = []
    for group in _outer(graph):
        reached = [one for one in in_group(graph, group) if one.kind is not NodeKind.WEIGHT and one.gradient]
        if reached and reached[-1].gradient and reached[-1].value:
            last = reached[-1]
            for series, size in (("value", last.value), ("gradient", last.gradient)):
                norm = size.norm if size else 0.0
                rows.append({"label": group.name, "norm": norm, "series": series, "text": number(norm)})
    return Chart(
        "Values and gradients through the layers",
        "The 2-norm of what leaves each layer, and of the gradient that reaches it there, from the input to the loss.",
        _chart(rows),
        Grid(("layer", "what", "norm"), tuple((one["label"], one["series"], one["text"]) for one in rows)),  # type: ignore[misc]
    )


def _chart(rows: list[dict[str, object]]) -> dict[str, object]:
    shown = [row for row in rows if row["norm"]]
    y = axis("label", "nominal", None, axis={"labelLimit": 140, "domain": False, "ticks": False})
    return spec(
        shown,
        height=26 * max(len({row["label"] for row in shown}), 1),
        mark={"type": "point", "filled": True, "size": 60, "opacity": 1},
        encoding={
            "y": y,
            "x": axis("norm", "quantitative", "2-norm", scale={"type": "log"}),
            "color": axis("series", "nominal", None),
            "tooltip": tooltip(label="", series="", text="norm"),
        },
    )


def _table(graph: GraphRecord, group: GroupRecord) -> Grid:
    weights = f", {group.weights:,} weights" if group.weights else ""
    return _grid(f"{group.path}: {group.nodes} values{weights}", in_group(graph, group))


def _grid(caption: str, nodes: list[NodeRecord]) -> Grid:
    more = f"; the first {_MOST} are shown" if len(nodes) > _MOST else ""
    return Grid(_COLUMNS, tuple(map(_row, nodes[:_MOST])), _ALIGN, caption + more, folded=True)


def _row(node: NodeRecord) -> tuple[str, ...]:
    what = node.inside or node.operation or node.kind.value
    return (node.name, what, shape(node), *numbers(node), node.line)
