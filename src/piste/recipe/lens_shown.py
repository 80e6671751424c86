"""What `piste lens` shows of a lens: the folded tree, one node, the chain rule for a weight, a check, or a page."""

from dataclasses import dataclass
from typing import Any

from piste.core.graph_tree import node_text, tree
from piste.core.graph_words import number
from piste.core.graphs import CheckRecord, GraphRecord
from piste.core.runs import RunFolder
from piste.lens.lens import Lens
from piste.report import html
from piste.report.panels.graph import graph_panel

PAGE, RECORD = "lens.html", "lens.json"


@dataclass(frozen=True)
class Asked:
    """What is shown: a node or layer, the chain rule for a weight, a check of a node; else the tree."""

    node: str = ""
    chain: str = ""
    check: str = ""


def shown(lens: Lens, asked: Asked) -> tuple[Any, str]:
    """Return what was asked for as a record and as text; `SettingError` for a name that there is not."""
    if asked.chain:
        chain = lens.chain(asked.chain)
        return chain.record, chain.text()
    if asked.check:
        check = lens.check(asked.check)
        return check, check_text(check)
    graph = lens.graph
    if asked.node in {one.path for one in graph.groups if one.path}:
        return graph, tree(graph, asked.node)
    if asked.node:
        node = lens.node(asked.node)
        return graph.nodes[node.number], node_text(graph, node.name)
    return graph, tree(graph)


def write_page(folder: RunFolder, graph: GraphRecord) -> str:
    """Write the graph as lens.json and lens.html into a run's folder; return the page's path."""
    folder.write(graph, RECORD)
    page = html((graph_panel(graph),), f"{folder.name}: the lens")
    folder.write(page.encode("utf-8", errors="replace"), PAGE)
    return str(folder.file(PAGE))


def check_text(check: CheckRecord) -> str:
    """Return a check as plain text."""
    lines = [f"{check.name}: by the sweep, and by differences of the loss in float64"]
    lines += [f"  {one:>16.9g}  {other:>16.9g}" for one, other in zip(check.gradient, check.measured, strict=True)]
    lines.append(
        f"they differ by {number(check.error)} of the largest; the sweep's own rounding is {number(check.rounding)}"
    )
    lines += ["The loss has a corner here: its one-sided derivatives differ."] if check.kink else []
    lines += [check.note] if check.note else []
    return "\n".join(lines) + "\n"
