"""The graph as nested folds of HTML, for a notebook."""

from xml.etree.ElementTree import Element, SubElement, tostring

from piste.core.graph_tree import in_group, numbers, shape
from piste.core.graphs import GraphRecord, NodeRecord

_COLUMNS = ("value", "shape", "mean", "deviation", "zeros", "gradient", "written in")
_MOST = 200  # rows of a fold


def folds(graph: GraphRecord) -> str:
    """Return the graph as HTML without style or script: each layer a fold, with its values as a table."""
    root = Element("div")
    SubElement(root, "p").text = f"{graph.title}: loss {graph.loss:.5g}. {graph.kept.words}"
    _write(root, graph, 0)
    return tostring(root, encoding="unicode", method="html")


def _write(parent: Element, graph: GraphRecord, number: int) -> None:
    own = [one for one in graph.nodes if one.group == number]
    if own:
        _table(parent, own[:_MOST])
    if len(own) > _MOST:
        SubElement(parent, "p").text = f"and {len(own) - _MOST} more"
    for group in graph.groups:
        if group.parent == number:
            fold = SubElement(parent, "details", style="margin-left:1em")
            weights = f", {group.weights:,} weights" if group.weights else ""
            SubElement(fold, "summary").text = f"{group.name}: {len(in_group(graph, group))} values{weights}"
            _write(fold, graph, group.number)


def _table(parent: Element, nodes: list[NodeRecord]) -> None:
    table = SubElement(parent, "table")
    head = SubElement(table, "tr")
    for column in _COLUMNS:
        SubElement(head, "th").text = column
    for node in nodes:
        row = SubElement(table, "tr")
        for text in (node.name, shape(node), *numbers(node), node.line):
            SubElement(row, "td").text = text
